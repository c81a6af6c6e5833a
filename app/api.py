"""What a program can ask of Etude: plain functions on the store, behind two doors, `app.named` and `app.rest`.

What can't be done is a ValueError; each door says it in its own way.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import models, table, teachers
from app import predict as prediction
from app.students import graduates
from app.training import defaults, lessons, trainings
from app.training.trainings import TrainOrder
from store.db import Store
from store.records import JobRecord

LAST = 2**63  # SQLite's integers end here

Plain = dict[str, Any]


def predict(store: Store, sound: Path, name: str, student: str = "", teacher: str = "") -> Plain:
    """One sound file's A/D/V by a student or a teacher (neither: the embedded teacher), as `etude predict --json`.

    Args:
        store: where students are.
        sound: the file.
        name: what it is called in the answer.
        student: a student's name.
        teacher: a teacher's name.

    Raises:
        ValueError: both are given, there is none of that name, or the file can't be heard.
    """
    if student and teacher:
        raise ValueError("Give a student or a teacher, not both.")
    opened = models.student(store, student) if student else models.teacher(teacher or models.TEACHER)
    (answer,) = prediction.files(opened.model, [sound])
    if "error" in answer:
        raise ValueError(f"{name}: {answer['error']}")
    return {**answer, "file": name}


def label(store: Store, teacher: str = models.TEACHER) -> Plain:
    """Queue the labelling of every clip that a teacher has not answered yet; gives `job`, its number.

    Raises:
        ValueError: there is no such teacher.
    """
    if teacher not in teachers.known():
        raise ValueError(f"There is no teacher called {teacher!r}; there are: {', '.join(teachers.known())}.")
    if missing := teachers.how(teacher):
        raise ValueError(missing)
    return {"job": store.jobs.add("label", {"teacher": teacher})}


def retrain(store: Store, asked: Any) -> Plain:
    """Queue a training; gives `job`, its number, which is that of the same training if it has not ended yet.

    Args:
        store: the library to learn from.
        asked: as `TrainOrder.of` takes it; what it leaves open is chosen for the library, as in the page.

    Raises:
        ValueError: it can't be understood, or there is too little to learn from.
    """
    if not isinstance(asked, dict):
        raise ValueError("A training is asked for by a JSON object; {} asks for the defaults.")
    TrainOrder.of(asked)  # what is wrong with it is told before it is filled in
    asked = defaults.complete(store, asked)
    order = TrainOrder.of(asked)
    if lack := lessons.outline(store).lack:
        raise ValueError(lack)
    return {"job": trainings.unfinished(store, order) or store.jobs.add(trainings.KIND, asked)}


def status(store: Store, job: Any) -> Plain:
    """How a job is: `job`, `kind`, `state`, `progress` (0..1), `message`, `error` and `result`.

    Raises:
        ValueError: there is none of that number.
    """
    row = asdict(_job(store, job))
    return {"job": row["id"], **{key: row[key] for key in ("kind", "state", "progress", "message", "error", "result")}}


def cancel(store: Store, job: Any) -> Plain:
    """Cancel a job, unless it has ended; gives its status.

    Raises:
        ValueError: there is none of that number.
    """
    store.jobs.cancel(_job(store, job).id)
    return status(store, job)


def students(store: Store) -> list[Plain]:
    """The students, as `etude students --json`."""
    return [table.facts(models.student(store, name)) for name in models.students(store)]


def download(store: Store, student: str, folder: Path) -> Path:
    """A student's bundle, written into `folder` under a name of its own.

    Raises:
        ValueError: there is no such student, or its bundle can't be made.
    """
    if student in models.EMBEDDED:
        how = f"etude export {student} --out {student}.zip"
        raise ValueError(f"{student} comes with Etude and keeps no bundle ready; the command “{how}” makes one.")
    return graduates.bundle_of(store, student, folder)


def _job(store: Store, job: Any) -> JobRecord:
    known = isinstance(job, int) and not isinstance(job, bool) and 0 < job < LAST
    found = store.jobs.get(job) if known else None
    if found is None:
        raise ValueError(f"There is no job {str(job)[:40]!r}.")
    return found
