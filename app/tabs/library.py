"""The Library tab: import a folder, label, browse, filter, play, delete. Work is jobs' rows; the worker does it.

Every component's value is a picture of the store, drawn by a script of the same name in assets/front. A timer paints it
anew when the store has changed, so a second page sees the same, and a reload loses nothing.
"""

from dataclasses import asdict
from typing import Any

import gradio as gr

from app import figures
from app.front import front, served, told
from app.jobs import titles
from app.library import bulk, examine, health
from app.library.shelf import Query, query, table
from app.models import TEACHER
from app.rating import answers
from app.tabs import teachers
from app.takes import LONGEST_S
from app.training import trainings
from engine import formats, plugins
from engine.sound import audio, speech
from store.db import Store
from store.records import JobRecord

JOBS = 8  # the newest, on show
TICK_S = 1.0
TOLD = 200  # refused files that are listed
UNLABELLED = "No teacher has listened to this clip yet: press “Label with the teacher” above."
FORMATS = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet", "huggingface": "Hugging Face"}
LOST = "This clip is no longer in the library."

Shown = dict[str, Any]


def jobs(store: Store) -> Shown:
    """The newest jobs and what they refused, and how many clips there are."""
    return {"jobs": [_job(store, job) for job in store.jobs.list(JOBS)], "clips": store.clips.count()}


def weigh(store: Store, asked: Shown) -> Shown:
    """How many clips of what is asked for would be accepted below a doubt."""
    return {"count": store.clips.count(bulk.meant(query(asked).where(store), _doubt(asked)))}


def accept(store: Store, asked: Shown) -> Shown:
    """Accept them, as a rater."""
    rater = answers.rater(asked.get("rater"))
    return {"count": bulk.accept(store, query(asked).where(store), _doubt(asked), rater)}


def take_back(store: Store, asked: Shown) -> Shown:
    """Undo what was accepted in bulk last."""
    return {"count": bulk.take_back(store, answers.rater(asked.get("rater")))}


def _doubt(asked: Shown) -> float:
    below = asked.get("below")
    return float(below) if isinstance(below, int | float) else 0.0


def healthy(store: Store) -> Shown:
    """The health of the data as it is drawn, without the clips behind it, and how far reading them is."""
    shown = health.report(store)
    checking = next((job for job in store.jobs.list(1, examine.KIND) if job.state in trainings.GOING), None)
    return {
        "clips": shown.clips,
        "labelled": shown.labelled,
        "unread": shown.unread,
        "edges": shown.edges,
        "histograms": shown.histograms,
        "maps": shown.maps,
        "corners": [asdict(corner) for corner in shown.corners],
        "findings": [
            {"key": each.key, "title": each.title, "count": each.count, "sentence": each.sentence}
            for each in shown.findings
        ],
        "voices": shown.voices,
        "checking": None if checking is None else round(checking.progress, 3),
    }


def exchanged() -> Shown:
    """The formats in which labels can leave, and what each is for."""
    about = {name: str(plugins.load(formats.KIND, name).__doc__).partition("\n")[0] for name in formats.written()}
    names = sorted(about, key=lambda name: (name not in FORMATS, name))
    titled = [{"name": name, "title": FORMATS.get(name, name), "about": about[name].replace("`", "")} for name in names]
    return {"formats": titled}


def inspected(store: Store, clip_id: str) -> Shown | None:
    """Everything that the player shows of a clip; None: it is not in the library."""
    clip = store.clips.get(clip_id)
    if clip is None:
        return None
    samples = audio.read(store.clips.audio(clip.id))
    label = store.labels.get(clip.id, TEACHER)
    stated = (clip.corpus, clip.speaker, clip.category, clip.language, f"{clip.duration_s:.1f} s", clip.licence)
    return {
        "id": clip.id,
        "audio": f"/audio/{clip.id}",
        "title": clip.name,
        "about": " · ".join(part for part in stated if part),
        "notes": [] if label else [UNLABELLED],
        "duration_s": clip.duration_s,
        "speech": speech.spans(samples) if clip.duration_s <= LONGEST_S else None,
        "peaks": figures.peaks(samples),
        "teacher": {"adv": figures.plain(label.adv), "trace": figures.series(label.trace)} if label else None,
        "student": None,
        "gap": None,
    }


def _job(store: Store, job: JobRecord) -> Shown:
    refused = store.jobs.refusals(job.id)
    return {
        "id": job.id,
        "title": titles.title(job),
        "of": titles.about(job),
        "state": job.state,
        "progress": round(job.progress, 3),
        "message": job.error or job.message,
        "refused": [[each.path, each.reason] for each in refused[:TOLD]],
        "refused_count": len(refused),
    }


def _laid_out(store: Store) -> tuple[gr.HTML, ...]:
    """The tab's components, from the top: importer, health, exchange, clips and the inspector beside them."""
    importer = front("library/importer", ("bring", "teach", "halt"))
    teachers.build(store)
    checkup = front("library/health", ("check", "reveal"))
    exchange = front("library/exchange", ())
    with gr.Row(elem_classes="shelves"):
        with gr.Column(scale=7, min_width=360):
            clips = front(
                "library/clips",
                ("look", "pick", "discard"),
                [served(store, each) for each in (weigh, accept, take_back)],
            )
        with gr.Column(scale=6, min_width=360):
            inspector = front("library/inspector", ())
    return importer, checkup, exchange, clips, inspector


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    importer, checkup, exchange, clips, inspector = _laid_out(store)
    looking, seen = gr.State(Query()), gr.State(None)
    painted = [importer, checkup, clips, seen]

    def paint(asked: Query) -> list[Any]:
        now = jobs(store), healthy(store), table(store, asked)
        return [*now, now]

    def tick(asked: Query, before: tuple[Shown, Shown, Shown] | None) -> list[Any]:
        now = paint(asked)
        return now if before is None or tuple(before) != now[-1] else [gr.skip()] * len(painted)

    def bring(asked: Query, event: gr.EventData) -> list[Any]:
        store.jobs.add("import", {"folder": str(told(event).get("folder", ""))})
        return paint(asked)

    def teach(asked: Query) -> list[Any]:
        store.jobs.add("label", {"teacher": TEACHER})
        return paint(asked)

    def check(asked: Query) -> list[Any]:
        if healthy(store)["checking"] is None:
            store.jobs.add(examine.KIND, {})
        return paint(asked)

    def halt(asked: Query, event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)
        return paint(asked)

    def discard(asked: Query, event: gr.EventData) -> list[Any]:
        store.clips.delete([str(clip_id) for clip_id in told(event).get("ids") or ()])
        return paint(asked)

    def look(event: gr.EventData) -> list[Any]:
        asked = query(told(event))
        return [asked, *paint(asked)]

    def pick(event: gr.EventData) -> Shown | None:
        return inspected(store, str(told(event).get("id")))

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    importer.bring(bring, looking, painted, **private)
    importer.teach(teach, looking, painted, **private)
    checkup.check(check, looking, painted, **private)
    checkup.reveal(look, None, [looking, *painted], **private)
    importer.halt(halt, looking, painted, **private)
    clips.discard(discard, looking, painted, **private)
    clips.look(look, None, [looking, *painted], **private)
    clips.pick(pick, None, inspector, **private)
    gr.Timer(TICK_S).tick(tick, [looking, seen], painted, **private)
    blocks.load(paint, looking, painted, **private)
    blocks.load(exchanged, None, exchange, **private)
