"""The Train tab: what would be taught and how, the training that goes on, and what came of earlier ones.

Every component's value is a picture of the store, painted anew by a timer when the store has changed: a reload or a
closed page loses nothing, and a second page sees the same.
"""

import ast
import time
from collections import Counter
from dataclasses import asdict
from functools import cache
from typing import Any

import gradio as gr

from app import models
from app.front import front, told
from app.students import keeping
from app.training import chains, defaults, estimates, lessons, trainings
from app.training.trainings import TrainOrder
from engine import plugins
from engine.training.presets import PRESETS
from engine.types import TeacherSpec
from store.db import Store

TICK_S = 1.0
RESTS_S = 10.0  # between two counts of a large library
RECIPES = {
    "etude": "Ours: the teacher answers altered versions too; agreement and error, embeddings, averaging, calibration.",
    "paper": "Wav2Small's own (arXiv 2408.13920), as far as it is known: to compare with.",
}
MANY = ("timm",)  # files that stand for many networks, and are asked for one by name
DEFAULT = TrainOrder()

Shown = dict[str, Any]


def choices() -> Shown:
    """What can be chosen, and what is chosen at first."""
    return {
        "students": [{"name": name, "about": about(name), "many": name in MANY} for name in _students()],
        "recipes": [{"name": name, "about": RECIPES.get(name, "")} for name in PRESETS],
        "teachers": models.teachers(),
        "first": {"size": DEFAULT.spec.size, "seed": DEFAULT.spec.seed},
    }


@cache
def about(student: str) -> str:
    """The first line of a student's file, which is read and not imported."""
    text = (plugins.ROOT / "students" / f"{student}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def plan(store: Store) -> Shown:
    """What would be taught, and what is too little of it, in words."""
    found = lessons.outline(store)
    specs: list[TeacherSpec] = [plugins.load("teachers", name).SPEC for name in models.teachers()]
    answered = {spec.name: store.reinforcements.count(trainings.answered_as(spec, DEFAULT.reinforce)) for spec in specs}
    licences = Counter(clip.licence or "not stated" for clip in store.clips.find(limit=-1))
    return {
        **asdict(found),
        "answered": answered,
        "lack": found.lack,
        "doubt": found.doubt,
        "licences": licences.most_common(),
        "defaults": asdict(defaults.here(store, bool(defaults.start(store, {})))),
        "estimate": "" if found.lack else weighed(store, {}),
    }


def weighed(store: Store, asked: Shown) -> str:
    """How long the training that the page asks for would take, in a sentence."""
    order = TrainOrder.of(_arguments(store, asked))
    seconds, measured = estimates.expected(store, order)
    told = f"About {estimates.words(sum(seconds.values()))} on this machine"
    told += ", by the pace of earlier trainings." if measured else ": a guess, until one has been timed."
    if order.start:
        told += f" It begins with what {order.start} knows."
    if same := keeping.made_already(store, order):
        told += f" The very same has been trained before: {same}."
    return told


def begin(store: Store, asked: Shown) -> str:
    """Queue the training that the page asks for; gives a sentence if it can't be, and nothing if it is."""
    try:
        arguments = _arguments(store, asked)
        order = TrainOrder.of(arguments)
        if lack := lessons.outline(store).lack:
            return lack
        if trainings.unfinished(store, order):
            return "This very training goes on already, or waits for its turn."
        store.jobs.add(trainings.KIND, arguments)
    except ValueError as error:
        return str(error)
    return ""


def _arguments(store: Store, asked: Shown) -> Shown:
    """The training that the page asks for; what a field leaves open is chosen for the library as it is."""
    network = str(asked.get("student", DEFAULT.spec.architecture))
    if network in MANY:
        network += f":{str(asked.get('backbone', '')).strip()[:80]}"

    def whole(name: str, otherwise: int | None = None) -> int | None:
        value = asked.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"The field “{name}” takes a whole number.")
        return otherwise if value is None else value

    size, seed = whole("size", DEFAULT.spec.size), whole("seed", DEFAULT.spec.seed)
    given = {
        "spec": {"architecture": network, "size": size, "seed": seed},
        "preset": str(asked.get("recipe", "etude")),
        "options": {name: whole(name) for name in ("passes", "processes")},
        "reinforce": {"versions": whole("versions")},
        "teacher": str(asked.get("teacher", DEFAULT.teacher)),
        "start": "" if asked.get("anew") else None,
    }
    return defaults.complete(store, given)


def _students() -> list[str]:
    return sorted(plugins.names("students"), key=lambda name: name != DEFAULT.spec.architecture)


class _Painter:
    """The tab's value; the library is counted only when it may have changed, the rest every time.

    While people rate it changes every second, and a large one takes seconds to count: so it is counted
    again after ten times as long as that took, but after RESTS_S at the latest.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._plan = store, Shown()
        self._seen: tuple[object, ...] = ()
        self._rests_until = 0.0

    def __call__(self) -> Shown:
        newest = [(job.id, job.state) for job in self._store.jobs.list(1)]
        seen = (self._store.clips.count(), self._store.corrections.count(), models.live(self._store), *newest)
        begun = time.monotonic()
        if seen != self._seen and begun >= self._rests_until:
            self._plan, self._seen = plan(self._store), seen
            took = time.monotonic() - begun
            self._rests_until = begun + min(10 * took, took + RESTS_S)
        return {"plan": self._plan, **chains.now(self._store)}


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    trainer = front("train/train", ("begin", "halt", "resume", "weigh"), **choices())
    seen = gr.State(None)
    painter, painted = _Painter(store), [trainer, seen]

    def paint(**told: str) -> list[Any]:
        value = painter()
        return [{**value, **told}, value]  # what only who asked is told is not compared

    def tick(before: Shown | None) -> list[Any]:
        value = painter()
        return [value, value] if before != value else [gr.skip()] * len(painted)

    def start(event: gr.EventData) -> list[Any]:
        return paint(refusal=begin(store, told(event)))

    def halt(event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)
        return paint()

    def resume(event: gr.EventData) -> list[Any]:
        job, refusal = told(event).get("job"), ""
        try:
            trainings.resume(store, job if isinstance(job, int) else 0)
        except ValueError as error:
            refusal = str(error)
        return paint(refusal=refusal)

    def weigh(event: gr.EventData) -> list[Any]:
        try:
            estimate = weighed(store, told(event))
        except ValueError as error:
            estimate = str(error)
        return paint(weighed=estimate)

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    trainer.begin(start, None, painted, **private)
    trainer.halt(halt, None, painted, **private)
    trainer.resume(resume, None, painted, **private)
    trainer.weigh(weigh, None, painted, **private)
    gr.Timer(TICK_S).tick(tick, seen, painted, **private)
    blocks.load(paint, None, painted, **private)
