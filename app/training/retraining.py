"""The same student again, from its record: the same order, the very same lessons, the same seed."""

from pathlib import Path

from app import models
from app.students import keeping
from app.training import lessons, trainings
from app.training.lessons import Lesson
from app.training.trainings import TrainOrder
from store.db import Store
from store.records import StudentRecord

LESSONS_OF = "lessons_of"  # in a training's arguments: the id of the student that is made again
NAMED = 5  # clips that are missed, by name


def queue(store: Store, name: str) -> int:
    """Queue the training that makes a student again; gives its job's number, the same while it has not ended.

    Raises:
        ValueError: there is no such student, how it was made is not known, or clips that it learnt from are gone.
    """
    if name in models.EMBEDDED:
        raise ValueError(f"{name} comes with Etude; `make student` makes it again, from its corpora.")
    record = models.record(store, name)
    _lessons(store, record)
    arguments = {**record.arguments, LESSONS_OF: record.id}
    TrainOrder.of(arguments)
    for job in store.jobs.list(1000, trainings.KIND):
        if job.state in trainings.GOING and job.arguments == arguments:
            return job.id
    return store.jobs.add(trainings.KIND, arguments)


def taught(store: Store, job_id: int) -> list[Lesson]:
    """What a training is to teach: the lessons of the student that it makes again, or else the library's.

    Raises:
        ValueError: the student is gone, or clips that it learnt from are.
    """
    job = store.jobs.get(job_id)
    again = job.arguments.get(LESSONS_OF) if job else None
    if again is None:
        return lessons.lessons(store)
    record = store.students.get(int(again))
    if record is None:
        raise ValueError("The student that should be made again was deleted.")
    return _lessons(store, record)


def began(store: Store, job_id: int) -> Path | None:
    """The weights with which the student began that a training makes again; None: it is none, or began with nothing."""
    job = store.jobs.get(job_id)
    again = job.arguments.get(LESSONS_OF) if job else None
    record = None if again is None else store.students.get(int(again))
    path = (store.folder / record.file).with_suffix(keeping.BEGAN) if record else None
    return path if path and path.exists() else None


def _lessons(store: Store, record: StudentRecord) -> list[Lesson]:
    kept: Path = (store.folder / record.file).with_suffix(keeping.LESSONS)
    if not record.arguments or not kept.exists():
        raise ValueError(f"What {record.name} was taught was not written down, so it can't be made again.")
    found = lessons.from_json(kept.read_text())
    used = [each for each in found if each.part != "test"]
    gone = [each.name for each in used if not store.clips.audio(each.clip_id).exists()]
    if gone:
        more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
        raise ValueError(
            f"{record.name} learnt from clips that were deleted since: {', '.join(gone[:NAMED])}{more}. "
            "Import them again."
        )
    return found
