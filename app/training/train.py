"""Training as background work, one chain: clips are gathered and labelled, versions of them answered, a student is
distilled, quantized, sent through the gate, exported and measured.

Every stage can be stopped anywhere and goes on from there: the training's state is in the job's own folder.
"""

import logging
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np

from app import models
from app.jobs import work
from app.jobs.work import PARTS, Progress, within
from app.labelling import local
from app.training import estimates, graduate, lessons, retraining, school, stages, trainings
from app.training.trainings import ANSWERED, DISTILLED, LABELLED, TrainOrder
from engine import plugins
from engine.training import distil, team, weights
from engine.training.distil import Told
from engine.types import AXES, SAMPLE_RATE
from store.db import Store
from store.records import CurvePoint

SAMPLE_BYTES = 2
TOLD = 25  # points of a curve a pass
TRIES = 3  # to go on after another process of the training died
LOST = (
    f"Another process of this training was stopped {TRIES} times, most likely because the memory did not suffice: "
    "close other programs and resume it, or begin one with fewer processes."
)

log = logging.getLogger(__name__)


def train(store: Store, order: TrainOrder, job_id: int) -> Generator[Progress]:
    """Run a training from wherever it was stopped; the result names the student and says how good it is.

    Raises:
        ValueError: too little to learn from, no room on the disk, or the teacher or the student can't be loaded.
    """
    distil.build(order.spec)  # a name or a dial that the student does not know is told before anything is begun
    home = trainings.folder(store, job_id)
    home.mkdir(parents=True, exist_ok=True)
    _begin(store, order, home, job_id)
    expected_s, _ = estimates.expected(store, order)
    yield from stages.timed(store, job_id, expected_s, _chain(store, order, home, job_id))


def _chain(store: Store, order: TrainOrder, home: Path, job_id: int) -> Generator[Progress]:
    yield Progress(0, PARTS, "The clips are gathered.", stage="gather")
    taught = school.taken(store, home)
    store.journal.note(job_id, lessons.told(taught))
    _check_room(store, order, home)
    labelling = local.label(store, order.teacher, job_id=job_id)
    if store.labels.missing(plugins.load("teachers", order.teacher).SPEC.fingerprint):
        yield from within(0, LABELLED, labelling, "label")
    yield from within(LABELLED, ANSWERED, school.gather(store, order, home, job_id), "answer")
    yield from _distil(store, order, home, job_id)
    for step in graduate.graduate(store, order, taught, home, job_id):
        part = DISTILLED + (1 - DISTILLED) * step.part
        stage = step.stage or ("quantize" if step.part < graduate.EXPORTED else "measure")
        yield Progress(round(PARTS * part), PARTS, step.message, step.result, stage)


def _check_room(store: Store, order: TrainOrder, home: Path) -> None:
    """Refuse to begin what would fill the disk."""
    if not (home / school.CROPS).exists():
        load = estimates.known_load(store, order)
        heard_s = load.version_s * (order.reinforce.versions + 1) * store.clips.count()
        work.check_room(store, int(heard_s * SAMPLE_RATE * SAMPLE_BYTES))


def _begin(store: Store, order: TrainOrder, home: Path, job_id: int) -> None:
    """Put the weights that the training begins with into its folder, once."""
    if (home / distil.START).exists():
        return
    if kept := retraining.began(store, job_id):  # whoever had these weights may be renamed by now, or deleted
        partial = home / f"{distil.START}.partial"
        shutil.copy(kept, partial)
        partial.replace(home / distil.START)
    elif order.start:
        known = models.spec(store, order.start)
        if (known.architecture, known.size) != (order.spec.architecture, order.spec.size):
            raise ValueError(
                f"{order.start} is a student {known.architecture} of size {known.size}, so one of "
                f"{order.spec.architecture} of size {order.spec.size} can't begin with its weights."
            )
        weights.save(models.network(store, order.start), home / distil.START)


def _distil(store: Store, order: TrainOrder, home: Path, job_id: int) -> Iterator[Progress]:
    yield Progress(round(PARTS * ANSWERED), PARTS, "The student begins to learn.", stage="distil")
    for told in _unbroken(order, home, _Curve(store, job_id)):
        if told.dev:
            agreement = " / ".join(f"{value:.3f}" for value in told.dev)
            store.journal.note(job_id, f"Pass {told.passes:.0f} of {told.of}: CCC to the teacher {agreement}.")
        part = ANSWERED + (DISTILLED - ANSWERED) * told.passes / told.of
        yield Progress(round(PARTS * part), PARTS, _sentence(told), stage="distil")


def _unbroken(order: TrainOrder, home: Path, curve: "_Curve") -> Iterator[Told]:
    """A training that goes on from its last checkpoint when one of its other processes is killed.

    Raises:
        ValueError: that happened too often.
    """
    for left in reversed(range(TRIES)):
        try:
            for told in team.distil(order.spec, order.options, home, home):
                curve.add(told)
                yield told
        except RuntimeError as error:
            if not team.lost(error):
                raise
            if not left:
                raise ValueError(LOST) from error
            log.warning("A training lost one of its processes, and goes on from its last checkpoint.")
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
    best = f", best agreement so far {told.best:.3f}" if told.best is not None else ""
    return f"Pass {told.passes:.1f} of at most {told.of}{best}."
