"""Training as background work: the teacher answers versions of the library's clips, a student is distilled, exported.

Every stage can be stopped anywhere and goes on from there: the teacher's answers are in the store; the lessons, the
crops and the training's state in the job's own folder, so what is taught stays what it was at the beginning.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app import graduate, lessons, trainings
from app.lessons import Lesson
from app.trainings import ANSWERED, DISTILLED, TrainOrder
from app.work import Progress
from engine import audio, distil, listen, plugins, quiet, reinforce, sampling, speech, team
from engine.crops import Crop, Crops, Writer
from engine.distil import Told
from engine.types import AXES, SAMPLE_RATE, TeacherSpec
from store.db import Store
from store.records import CurvePoint

STEPS = 1_000_000  # of the bar: a checkpoint of a training of days still moves it
QUIET_SHARE = 0.02  # of the crops to learn from
TOLD = 25  # points of a curve a pass
TRIES = 3  # to go on after another process of the training died
LESSONS, CROPS = "lessons.json", "train.npz"

log = logging.getLogger(__name__)


def train(store: Store, order: TrainOrder, job_id: int) -> Iterator[Progress]:
    """Run a training from wherever it was stopped; the result names the student and says how good it is.

    Raises:
        ValueError: too little to learn from, or the teacher or the student can't be loaded.
    """
    home = trainings.folder(store, job_id)
    home.mkdir(parents=True, exist_ok=True)
    taught = _lessons(store, home)
    lessons.check(taught)
    distil.build(order.spec)  # a name or a dial that the student does not know is told before the teacher is asked
    if not (home / CROPS).exists():
        yield from _answers(store, order, taught, home, job_id)
    _check_enough(order, home)
    yield from _distil(store, order, home, job_id)
    for step in graduate.graduate(store, order, taught, home, job_id):
        part = DISTILLED + (1 - DISTILLED) * step.part
        yield _progress(part, step.message, step.result)


def _lessons(store: Store, home: Path) -> list[Lesson]:
    path = home / LESSONS
    if not path.exists():
        partial = path.with_suffix(".partial")
        partial.write_text(lessons.to_json(lessons.lessons(store)))
        partial.replace(path)
    return lessons.from_json(path.read_text())


def _answers(store: Store, order: TrainOrder, taught: list[Lesson], home: Path, job_id: int) -> Iterator[Progress]:
    """Write the crops `dev` and `train`: stretches of the clips with the teacher's answers to exactly these."""
    module = plugins.load("teachers", order.teacher)
    school = _School(store, order, module.SPEC, module.load(threads=1))
    wanted = [(number, lesson) for number, lesson in enumerate(taught) if lesson.part in ("train", "dev")]
    done, heard, width = 0, 0, len(AXES)
    for part in ("dev", "train"):
        with Writer(home, part) as out:
            for number, lesson in wanted:
                if lesson.part != part:
                    continue
                share = ANSWERED * done / len(wanted)
                message = f"The teacher answers clip {done + 1} of {len(wanted)}, {lesson.name}."
                yield _progress(share, message)
                done += 1
                try:
                    for crop in school.crops(number, lesson):
                        out.add(crop)
                        heard, width = heard + 1, len(crop.embedding)
                except audio.AudioError as error:
                    store.jobs.refuse(job_id, lesson.name, str(error))
            if part == "train":
                for crop in quiet.crops(max(4, int(QUIET_SHARE * heard)), width):
                    out.add(crop)
            out.finish()


class _School:
    """The teacher, and what it has answered before."""

    def __init__(self, store: Store, order: TrainOrder, spec: TeacherSpec, model: Any) -> None:
        self._store, self._options, self._model = store, order.reinforce, model
        self._key = trainings.answered_as(spec, order.reinforce)

    def crops(self, number: int, lesson: Lesson) -> Iterator[Crop]:
        """The versions of a clip, or the clip itself where it is kept to choose by; none if it is gone or silent.

        What is taught is a person's answer where there is one; a student is chosen by the teacher's alone.
        """
        clip_id, options, taught = lesson.clip_id, self._options, lesson.part == "train"
        if self._store.clips.get(clip_id) is None:
            return
        samples = audio.read(self._store.clips.audio(clip_id))
        spoken = speech.spans(samples)
        if not spoken:
            return
        voice = listen.trimmed(samples, spoken)
        wanted = reinforce.seeds(clip_id, options.versions if taught else 1)
        known = self._store.reinforcements.get(clip_id, self._key, wanted)
        missing = [seed for seed in wanted if seed not in known]
        said = [answer for _, answer in reinforce.answers(self._model, voice, missing, options)]
        fresh = {answer.seed: (answer.adv, answer.embedding) for answer in said}
        self._store.reinforcements.add(clip_id, self._key, fresh)
        for seed, (adv, embedding) in {**known, **fresh}.items():
            heard = reinforce.version(voice, seed, options)
            if heard is not None:
                target, weight = (lesson.target(adv), lesson.weight) if taught else (adv, 1.0)
                yield Crop(heard, target, adv if embedding is None else embedding, number, seed, weight)


def _check_enough(order: TrainOrder, home: Path) -> None:
    crops = Crops.open(home, "train")
    if not sampling.plan(crops, order.options, order.spec.seed, 0):
        heard_s = float(crops.length[crops.group != sampling.QUIET].sum()) / SAMPLE_RATE
        raise ValueError(
            f"{heard_s:.0f} s of speech, versions included, are too little to learn from: import more recordings, or "
            "ask for more versions of each clip."
        )


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
