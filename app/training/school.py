"""What a training, or a search, is taught with: the library's lessons and crops with the teacher's answers to them.

Answers are kept in the store, by clip and seed; lessons and crops in the job's own folder, so what is taught stays what
it was at the beginning, and a job that comes again does not ask again.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

from app.jobs.work import Progress
from app.training import lessons, retraining, trainings
from app.training.lessons import Lesson
from app.training.trainings import TrainOrder
from engine import plugins
from engine.labelling import listen
from engine.sound import audio, speech
from engine.training import quiet, reinforce, sampling
from engine.training.crops import Crop, Crops, Writer
from engine.types import AXES, SAMPLE_RATE
from store.db import Store

QUIET_SHARE = 0.02  # of the crops to learn from
LESSONS, CROPS = "lessons.json", "train.npz"
HELD = "held"  # corrected clips of taught speakers that are not taught


def gather(store: Store, order: TrainOrder, home: Path, job_id: int) -> Generator[Progress]:
    """Put lessons and crops into a job's folder, unless they are there.

    If they are too little, they are let go: when the job comes again, the library may hold more.

    Raises:
        ValueError: too little to learn from, or the teacher can't be loaded.
    """
    taught = taken(store, home)
    try:
        if not (home / CROPS).exists():
            yield from _answers(store, order, taught, home, job_id)
        _check_enough(order, home)
    except ValueError:
        for name in (CROPS, LESSONS):
            (home / name).unlink(missing_ok=True)
        raise


def taken(store: Store, home: Path) -> list[Lesson]:
    """A job's lessons: those that the library held when it began, or of the student that it makes again.

    Raises:
        ValueError: too little to learn from, or what is made again can't be.
    """
    path = home / LESSONS
    if not path.exists():
        found = retraining.taught(store, int(home.name))
        lessons.check(found)
        partial = path.with_suffix(".partial")
        partial.write_text(lessons.to_json(found))
        partial.replace(path)
    return lessons.from_json(path.read_text())


def _answers(store: Store, order: TrainOrder, taught: list[Lesson], home: Path, job_id: int) -> Generator[Progress]:
    """Write the crops `dev` and `train`: stretches of the clips with the teacher's answers to exactly these."""
    school = School(store, order)
    wanted = [(number, lesson) for number, lesson in enumerate(taught) if lesson.part != "test"]
    done, heard, width = 0, 0, len(AXES)
    for part in ("dev", HELD, "train"):
        with Writer(home, part) as out:
            for number, lesson in wanted:
                if lesson.part != part:
                    continue
                yield Progress(
                    done, len(wanted), f"The teacher answers clip {done + 1} of {len(wanted)}, {lesson.name}."
                )
                done += 1
                try:
                    for crop in school.crops(number, lesson):
                        out.add(crop)
                        heard, width = heard + 1, len(crop.embedding)
                except audio.AudioError as error:
                    clip = store.clips.get(lesson.clip_id)  # named as where it was refused a label
                    store.jobs.refuse(job_id, (clip and clip.source) or lesson.name, str(error))
            if part == "train":
                for crop in quiet.crops(max(4, int(QUIET_SHARE * heard)), width):
                    out.add(crop)
            if part != HELD or len(out):
                out.finish()


class School:
    """A training's teacher, and what it has answered before.

    Raises:
        ValueError: the teacher can't be loaded.
    """

    def __init__(self, store: Store, order: TrainOrder) -> None:
        module = plugins.load("teachers", order.teacher)
        self._store, self._options, self._model = store, order.reinforce, module.load(threads=1)
        self._key = trainings.answered_as(module.SPEC, order.reinforce)

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
