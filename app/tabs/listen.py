"""The Listen tab: a take is analysed by teacher and student, shown, and kept in the library only if asked.

What the page is told is a message with a `state` (working, done, failed, kept or again) and `of`, the number of the
request that it answers; assets/front/listen/listen.js acts on it.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app import figures, models
from app.analysis import Heard, hear, watch
from app.front import front, told
from app.jobs import work
from app.takes import Take, Takes
from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.types import Floats
from store.db import Store

SAMPLES = ASSETS / "samples"
GONE = "This sound is no longer here: sounds that are not kept are deleted after an hour. Drop or record it again."
NO_SPEECH = "No speech: the voice filter hears nobody speak in this sound, so neither model answers."
SHORT = "Under a second of speech: valence can hardly be heard in so little."
TEACHERS = "The large model: its answers are what a student learns from."
STUDENTS = "The tiny model, trained to answer as its teacher does."

Message = dict[str, Any]


def samples(folder: Path = SAMPLES) -> list[dict[str, str]]:
    """The bundled sample clips: `file`, `title`, `text`, `description` each; none where the folder is missing."""
    listing = folder / "samples.json"
    found: list[dict[str, str]] = json.loads(listing.read_text("utf-8")) if listing.exists() else []
    return [sample for sample in found if (folder / sample["file"]).exists()]


def take_of(takes: Takes, asked: dict[str, Any], folder: Path = SAMPLES) -> Take:
    """The take that the page asks for: `take`, an id, or `sample`, a bundled file's name.

    Raises:
        ValueError: there is no such take or sample.
    """
    for sample in samples(folder):
        if sample["file"] == asked.get("sample"):
            return takes.add(folder / sample["file"], sample["title"], f"“{sample['text']}” A synthetic voice.")
    take = takes.get(str(asked.get("take")))
    if take is None:
        raise ValueError(GONE)
    return take


def analyse(store: Store, takes: Takes, asked: dict[str, Any], teacher: str, student: str) -> Iterator[Message]:
    """Messages that say how far the work is, and at last what was heard, or in one sentence why nothing was."""
    yield message("working", of=asked.get("of"), done=0)
    try:
        take = take_of(takes, asked)
        samples = audio.read(take.path)
        chosen = models.teacher(teacher), models.student(store, student)
        for step in watch(lambda report: hear(samples, chosen, report)):
            if isinstance(step, float):
                yield message("working", of=asked.get("of"), done=round(step, 3))
            else:
                kept = store.clips.get(take.id) is not None
                tried = {"name": student, "live": models.live(store)}
                yield message("done", of=asked.get("of"), clip=clip(take, samples, step) | {"kept": kept}, tried=tried)
    except ValueError as error:
        yield message("failed", of=asked.get("of"), why=str(error))
    except OSError:  # the take was deleted while it was being read
        yield message("failed", of=asked.get("of"), why=GONE)


def keep(store: Store, takes: Takes, asked: dict[str, Any]) -> Message:
    """Take what was heard into the library, with what teachers said of it."""
    try:
        take = take_of(takes, asked)
        work.keep(store, take.path, take.title, list(take.answers.values()))
    except ValueError as error:
        return message("failed", why=str(error))
    return message("kept")


def clip(take: Take, samples: Floats, heard: list[Heard]) -> figures.Plain:
    """Everything that the player shows of a take, from what teacher and student, in this order, made of it."""
    teacher, student = heard
    answer = teacher.answer
    if teacher.opened.spec is not None:
        take.answers[teacher.opened.spec.name] = (teacher.opened.spec, answer)
    notes = [] if answer.speech_s >= 1 else [SHORT if answer.speech else NO_SPEECH]
    spoken = f"{answer.speech_s:.1f} s of speech in {answer.duration_s:.1f} s."
    return {
        "id": take.id,
        "audio": f"/audio/{take.id}",
        "title": take.title,
        "about": f"{take.about} {spoken}".strip(),
        "notes": notes,
        "duration_s": answer.duration_s,
        "speech": answer.speech,
        "peaks": figures.peaks(samples),
        "teacher": shown(teacher),
        "student": shown(student),
        "gap": figures.gap(answer, student.answer),
    }


def shown(heard: Heard) -> figures.Plain:
    """One model's answer, and its badges."""
    opened = heard.opened
    return {
        "title": opened.title,
        "licence": opened.licence,
        "size_bytes": opened.size_bytes,
        "parameters": opened.parameters,
        "took_s": heard.took_s,
        "adv": figures.plain(heard.answer.adv),
        "trace": figures.series(heard.answer.trace),
    }


def message(state: str, **what: object) -> Message:
    """A message to the page; `at` makes it differ from the one before, since equal values are not passed on."""
    return {"state": state, "at": time.monotonic_ns(), **what}


@dataclass(frozen=True)
class Listened:
    """What another tab needs to have a student tried here."""

    store: Store
    student: gr.Dropdown
    again: dict[str, Any]  # the event that asks about the shown sound once more

    def offer(self, chosen: str) -> gr.Dropdown:
        """The students of now, the live one marked, and one of them chosen."""
        return gr.Dropdown(offered(self.store), value=chosen)


def offered(store: Store) -> list[tuple[str, str]]:
    """The students as they are offered: what is shown, and the name."""
    live = models.live(store)
    return [(f"{name} (live)" if name == live else name, name) for name in models.students(store)]


def build(store: Store, takes: Takes, blocks: gr.Blocks) -> Listened:
    """Wire the tab."""
    component = front("listen/listen", ("analyse", "halt", "keep", "settle"), samples=samples())
    with gr.Accordion("Choose teacher and student", open=False, elem_classes="drawer"), gr.Row():
        teacher = gr.Dropdown(models.teachers(), value=models.TEACHER, label="Teacher", info=TEACHERS)
        student = gr.Dropdown(offered(store), value=models.live(store), label="Student", info=STUDENTS)

    def ask(teacher: str, student: str, event: gr.EventData) -> Iterator[Message]:
        yield from analyse(store, takes, told(event), teacher, student)

    def first(teacher: str) -> Iterator[Message]:
        for sample in samples()[:1]:
            yield from analyse(store, takes, {"sample": sample["file"], "of": 0}, teacher, models.live(store))

    def keep_it(event: gr.EventData) -> Message:
        return keep(store, takes, told(event))

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    models_chosen = [teacher, student]
    running = [component.analyse(ask, models_chosen, component, trigger_mode="multiple", **private)]
    running.append(blocks.load(first, teacher, component, **private))
    component.halt(None, None, None, cancels=running)
    component.keep(keep_it, None, component, **private)
    again: dict[str, Any] = {"fn": lambda: message("again"), "outputs": component, "queue": False, **private}
    listened = Listened(store, student, again)
    gr.on([teacher.input, student.input], **again)
    component.settle(lambda: listened.offer(models.live(store)), None, student, queue=False, **private).then(**again)
    blocks.load(lambda: listened.offer(models.live(store)), None, student, queue=False, **private)
    return listened
