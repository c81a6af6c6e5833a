"""The Library tab: import a folder, label, browse, filter, play, delete. Work is jobs' rows; the worker does it.

Every component's value is a picture of the store, drawn by a script of the same name in assets/front. A timer paints it
anew when the store has changed, so a second page sees the same, and a reload loses nothing.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

import gradio as gr

from app import examine, figures, health, trainings
from app.front import front, told
from app.models import TEACHER
from app.takes import LONGEST_S
from engine import audio, formats, plugins, speech
from store.db import Store
from store.filters import ClipFilter
from store.records import JobRecord

PAGE = 12  # clips
JOBS = 8  # the newest, on show
TICK_S = 1.0
TOLD = 200  # refused files that are listed
UNLABELLED = "No teacher has listened to this clip yet: press “Label with the teacher” above."
FORMATS = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet", "huggingface": "Hugging Face"}
LOST = "This clip is no longer in the library."

Shown = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """What a visitor looks at."""

    text: str = ""
    corpus: str = ""
    speaker: str = ""
    group: str = ""  # what a part of the health report is called: only the clips behind it
    page: int = 0

    def where(self, store: Store) -> ClipFilter:
        """The same for the store."""
        ids = health.report(store).where(self.group) if self.group else None
        return ClipFilter(text=self.text, corpus=self.corpus, speaker=self.speaker, ids=ids)


def query(asked: dict[str, Any]) -> Query:
    """What the page asks for, whatever it sent."""
    texts = {name: str(asked.get(name) or "")[:200] for name in ("text", "corpus", "speaker", "group")}
    page = asked.get("page", 0)
    return Query(**texts, page=page if isinstance(page, int) and page > 0 else 0)


def jobs(store: Store) -> Shown:
    """The newest jobs and what they refused, and how many clips there are."""
    return {"jobs": [_job(store, job) for job in store.jobs.list(JOBS)], "clips": store.clips.count()}


def table(store: Store, asked: Query) -> Shown:
    """One page of the clips that match, with the teacher's values where it has listened."""
    where = asked.where(store)
    total = store.clips.count(where)
    pages = max(1, -(-total // PAGE))
    asked = replace(asked, page=min(asked.page, pages - 1))
    clips = store.clips.find(where, PAGE, asked.page * PAGE)
    labels = store.labels.for_clips([clip.id for clip in clips], TEACHER)
    return {
        **asdict(asked),
        "title": health.report(store).titles.get(asked.group, asked.group) if asked.group else "",
        "total": total,
        "pages": pages,
        "corpora": store.clips.corpora(),
        "speakers": store.clips.speakers(asked.corpus),
        "clips": [
            {
                "id": clip.id,
                "name": clip.name,
                "corpus": clip.corpus,
                "speaker": clip.speaker,
                "duration_s": clip.duration_s,
                "adv": figures.plain(labels[clip.id].adv) if clip.id in labels else None,
            }
            for clip in clips
        ],
    }


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
    about = {name: plugins.load(formats.KIND, name).__doc__ or "" for name in formats.written()}
    known = [
        {"name": name, "title": FORMATS.get(name, name), "about": text.split("\n")[0]} for name, text in about.items()
    ]
    return {"formats": known}


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
        "title": {"import": "Import", "label": "Label with", examine.KIND: "Check the sound"}.get(job.kind, job.kind),
        "of": str(job.arguments.get("folder") or job.arguments.get("teacher") or ""),
        "state": job.state,
        "progress": round(job.progress, 3),
        "message": job.error or job.message,
        "refused": [[each.path, each.reason] for each in refused[:TOLD]],
        "refused_count": len(refused),
    }


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    importer = front("importer", ("bring", "teach", "halt"))
    checkup = front("health", ("check", "reveal"))
    exchange = front("exchange", ())
    with gr.Row(elem_classes="shelves"):
        with gr.Column(scale=6, min_width=360):
            clips = front("clips", ("look", "pick", "discard"))
        with gr.Column(scale=7, min_width=360):
            inspector = front("inspector", ())
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
