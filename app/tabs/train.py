"""The Train tab: what would be taught and how, the training that goes on, and what came of earlier ones.

Every component's value is a picture of the store, painted anew by a timer when the store has changed: a reload or a
closed page loses nothing, and a second page sees the same.
"""

import ast
from dataclasses import asdict
from functools import cache
from typing import Any

import gradio as gr
import numpy as np

from app import figures, graduates, lessons, models, trainings
from app.front import front, told
from app.trainings import TrainOrder
from engine import plugins
from engine.presets import PRESETS
from engine.types import TeacherSpec
from store.db import Store
from store.records import JobRecord

TICK_S = 1.0
POINTS = 400  # of the loss, on show
EARLIER = 6  # trainings that ended, on show
REFUSED = 200  # clips that are listed
STAGES = ("The teacher answers", "The student learns", "Exported and measured")
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
        "first": {
            "size": DEFAULT.spec.size, "seed": DEFAULT.spec.seed, "versions": DEFAULT.reinforce.versions,
            "passes": DEFAULT.options.passes,
        },
    }  # fmt: skip


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
    return {**asdict(found), "answered": answered, "lack": found.lack, "doubt": found.doubt}


def now(store: Store) -> Shown:
    """The training that goes on, or else the last one, its curve, and the others."""
    jobs = store.jobs.list(20, trainings.KIND)
    going = sorted((job for job in jobs[::-1] if job.state in trainings.GOING), key=lambda job: job.state != "running")
    first = next(iter(going or jobs), None)
    others = [job for job in going[1:] + jobs[:EARLIER] if first and job.id != first.id]
    seen = {job.id: job for job in others}
    return {
        "training": None if first is None else {**_job(store, first), "curve": curve(store, first.id)},
        "others": [_line(job) for job in seen.values()],
    }


def curve(store: Store, job_id: int) -> Shown:
    """How a training goes: the loss, thinned by means, and the agreement on `dev` after each pass."""
    points = store.curves.get(job_id)
    loss = np.array([(p.passes, p.loss) for p in points if p.loss is not None], np.float32).reshape(-1, 2)
    if len(loss) > POINTS:
        loss = np.stack([part.mean(axis=0) for part in np.array_split(loss, POINTS)])
    dev = [(p.passes, p.arousal, p.dominance, p.valence) for p in points if p.arousal is not None]
    passes, *axes = np.array(dev, np.float32).reshape(-1, 4).T
    return {
        "loss": {"passes": figures.plain(loss[:, 0], 3), "values": figures.plain(loss[:, 1])},
        "dev": {"passes": figures.plain(passes, 3), "values": [figures.plain(axis) for axis in axes]},
        "samples_s": next((round(p.samples_s) for p in reversed(points) if p.samples_s is not None), None),
    }


def begin(store: Store, asked: Shown) -> str:
    """Queue the training that the page asks for; gives a sentence if it can't be, and nothing if it is."""
    try:
        arguments = _arguments(asked)
        order = TrainOrder.of(arguments)
        if lack := lessons.outline(store).lack:
            return lack
        if trainings.unfinished(store, order):
            return "This very training goes on already, or waits for its turn."
        store.jobs.add(trainings.KIND, arguments)
    except ValueError as error:
        return str(error)
    return ""


def _arguments(asked: Shown) -> Shown:
    network = str(asked.get("student", DEFAULT.spec.architecture))
    if network in MANY:
        network += f":{str(asked.get('backbone', '')).strip()[:80]}"

    def whole(name: str, otherwise: int) -> int:
        value = asked.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ValueError(f"The field “{name}” takes a whole number.")
        return otherwise if value is None else value

    first = DEFAULT.spec.size, DEFAULT.spec.seed, DEFAULT.reinforce.versions, DEFAULT.options.passes
    size, seed, versions, passes = map(whole, ("size", "seed", "versions", "passes"), first)
    return {
        "spec": {"architecture": network, "size": size, "seed": seed},
        "preset": str(asked.get("recipe", "etude")),
        "options": {} if passes == DEFAULT.options.passes else {"passes": passes},
        "reinforce": {"versions": versions},
        "teacher": str(asked.get("teacher", DEFAULT.teacher)),
    }


def _students() -> list[str]:
    return sorted(plugins.names("students"), key=lambda name: name != DEFAULT.spec.architecture)


def _line(job: JobRecord) -> Shown:
    spec = job.arguments.get("spec", {})
    network = f"{spec.get('architecture', DEFAULT.spec.architecture)}, size {spec.get('size', DEFAULT.spec.size)}"
    return {
        "id": job.id,
        "title": f"{network}, seed {spec.get('seed', 0)}",
        "state": job.state,
        "message": job.error or job.message,
        "student": job.result.get("student"),
    }


def _job(store: Store, job: JobRecord) -> Shown:
    refused = store.jobs.refusals(job.id)
    busy = next((other for other in store.jobs.list() if other.state == "running"), None)
    if job.state == "queued":
        note = f"It waits until the job “{busy.kind}” is done." if busy else "It waits for its turn."
    else:
        note = job.error or job.message or "It starts."
    stage = sum(job.progress >= end for end in (trainings.ANSWERED, trainings.DISTILLED, 1.0))
    return {
        **_line(job),
        "recipe": job.arguments.get("preset", "etude"),
        "teacher": job.arguments.get("teacher", models.TEACHER),
        "progress": round(job.progress, 4),
        "message": note,
        "stages": [{"name": name, "state": _state(place, stage)} for place, name in enumerate(STAGES)],
        "began_s": job.started_at,
        "ended_s": job.finished_at,
        "refused": [[each.path, each.reason] for each in refused[:REFUSED]],
        "refused_count": len(refused),
    }


def _state(place: int, stage: int) -> str:
    return "done" if place < stage else "now" if place == stage else "later"


class _Painter:
    """The tab's values; the library is counted only when it may have changed, the rest every time."""

    def __init__(self, store: Store) -> None:
        self._store, self._plan = store, Shown()
        self._seen: tuple[object, ...] = ()

    def __call__(self) -> tuple[Shown, Shown]:
        newest = [(job.id, job.state) for job in self._store.jobs.list(1)]
        seen = (self._store.clips.count(), self._store.corrections.count(), *newest)
        if seen != self._seen:
            self._plan, self._seen = plan(self._store), seen
        return {"plan": self._plan, **now(self._store)}, graduates.listed(self._store)


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    trainer = front("train", ("begin", "halt"), **choices())
    students = front("graduates", ("pick",))
    report = front("report", ())
    seen = gr.State(None)
    painter, painted = _Painter(store), [trainer, students, seen]

    def paint() -> list[Any]:
        values = painter()
        return [*values, values]

    def tick(before: tuple[Shown, Shown] | None) -> list[Any]:
        values = painter()
        return [*values, values] if before is None or tuple(before) != values else [gr.skip()] * len(painted)

    def start(event: gr.EventData) -> list[Any]:
        refusal = begin(store, told(event))
        shown, listed = values = painter()
        return [{**shown, "refusal": refusal}, listed, values]  # only who asked is told why not

    def halt(event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)
        return paint()

    def pick(event: gr.EventData) -> Shown | None:
        return graduates.report(store, str(told(event).get("name")))

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    trainer.begin(start, None, painted, **private)
    trainer.halt(halt, None, painted, **private)
    students.pick(pick, None, report, **private)
    gr.Timer(TICK_S).tick(tick, seen, painted, **private)
    blocks.load(paint, None, painted, **private)
