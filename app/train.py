"""Training as background work: the teacher answers versions of the library's clips, a student is distilled, exported.

Every stage can be stopped anywhere and goes on from there: the training's state is in the job's own folder.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app import graduate, school, trainings
from app.school import STEPS
from app.trainings import ANSWERED, DISTILLED, TrainOrder
from app.work import Progress
from engine import distil, team
from engine.distil import Told
from engine.types import AXES
from store.db import Store
from store.records import CurvePoint

TOLD = 25  # points of a curve a pass
TRIES = 3  # to go on after another process of the training died

log = logging.getLogger(__name__)


def train(store: Store, order: TrainOrder, job_id: int) -> Iterator[Progress]:
    """Run a training from wherever it was stopped; the result names the student and says how good it is.

    Raises:
        ValueError: too little to learn from, or the teacher or the student can't be loaded.
    """
    home = trainings.folder(store, job_id)
    home.mkdir(parents=True, exist_ok=True)
    distil.build(order.spec)  # a name or a dial that the student does not know is told before the teacher is asked
    yield from school.gather(store, order, home, job_id)
    yield from _distil(store, order, home, job_id)
    for step in graduate.graduate(store, order, school.taken(store, home), home, job_id):
        part = DISTILLED + (1 - DISTILLED) * step.part
        yield _progress(part, step.message, step.result)


def _distil(store: Store, order: TrainOrder, home: Path, job_id: int) -> Iterator[Progress]:
    for told in _unbroken(order, home, _Curve(store, job_id)):
        part = ANSWERED + (DISTILLED - ANSWERED) * told.passes / told.of
        yield _progress(part, _sentence(told))


def _unbroken(order: TrainOrder, home: Path, curve: "_Curve") -> Iterator[Told]:
    """A training that goes on from its last checkpoint when one of its other processes is killed."""
    for left in reversed(range(TRIES)):
        try:
            for told in team.distil(order.spec, order.options, home, home):
                curve.add(told)
                yield told
        except RuntimeError:  # torch's word for a lost neighbour
            if order.options.processes == 1 or not left:
                raise
            log.exception("A training lost one of its processes")
        else:
            return


class _Curve:
    """Puts a few points a pass into the store: mean loss and pace since the last one, and CCC where a pass ends."""

    def __init__(self, store: Store, job_id: int) -> None:
        self._store, self._job_id = store, job_id
        self._since: list[Told] = []
        self._next = 0

    def add(self, told: Told) -> None:
        """Take what a training says; the places of points are the same whenever it is resumed."""
        place = int(told.passes * TOLD)
        if not told.dev:
            self._since.append(told)
            if place < self._next or told.passes == int(told.passes):  # where a pass ends, its CCC follows
                return
        means = {name: [getattr(each, name) for each in self._since] for name in ("loss", "samples_s")}
        mean = {name: float(np.mean(values)) for name, values in means.items() if values}
        scored = dict(zip(AXES, told.dev, strict=True)) if told.dev else {}
        self._store.curves.add(self._job_id, CurvePoint(passes=place / TOLD, **mean, **scored))
        self._since, self._next = [], place + 1


def _sentence(told: Told) -> str:
    left = ""
    if told.left_s >= 1:
        left = (
            f", {told.left_s / 60:.0f} min left at most" if told.left_s >= 60 else f", {told.left_s:.0f} s left at most"
        )
    best = f", best agreement so far {told.best:.3f}" if told.best is not None else ""
    return f"Pass {told.passes:.1f} of {told.of}{left}{best}."


def _progress(part: float, message: str, result: dict[str, Any] | None = None) -> Progress:
    return Progress(round(STEPS * part), STEPS, message, result)
