"""A training as a job: what it is asked to do, where it is kept, and when that is let go. Imports no torch."""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from engine import plugins
from engine.training.presets import PRESETS, DistilOptions, ReinforceOptions
from engine.types import StudentSpec, TeacherSpec
from store.db import Store
from store.records import JobRecord

KIND = "train"
HOME = "trainings"  # the folder, in the store's, in which each training has one of its job's number
GOING = ("queued", "running")
PARTS = {  # of an order, in JSON
    "spec": dict, "preset": str, "options": dict, "reinforce": dict, "teacher": str, "start": str, "lessons_of": int,
}  # fmt: skip
ENDLESS = 2**53  # no number of an order is as large
# of a training's bar: where the library is labelled, its versions are answered, and the student has learnt
LABELLED, ANSWERED, DISTILLED = 0.1, 0.25, 0.85
KEPT_S = 7 * 24 * 3600.0  # that a training which failed or was cancelled can be resumed


@dataclass(frozen=True)
class TrainOrder:
    """What a training job is asked to do; JSON in the job's row."""

    spec: StudentSpec = field(default_factory=lambda: StudentSpec("etude"))
    options: DistilOptions = PRESETS["etude"]
    reinforce: ReinforceOptions = field(default_factory=ReinforceOptions)
    teacher: str = "embedded"
    start: str = ""  # the student whose weights it begins with; empty: none

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "TrainOrder":
        """From a job's arguments: `preset`, and `options` that differ from it, `spec`, `reinforce`, `teacher`, `start`.

        Raises:
            ValueError: a field is unknown or of the wrong kind, or there is no such student or teacher.
        """
        for name, value in asked.items():
            if value is not None and not isinstance(value, PARTS.get(name, ())):
                raise ValueError(f"This training can't be understood: {str(name)[:40]} = {str(value)[:40]!r}.")
        preset = asked.get("preset") or "etude"
        if preset not in PRESETS:
            raise ValueError(f"There is no recipe called {preset!r}; there are: {', '.join(PRESETS)}.")
        given = asked.get("options") or {}
        order = cls(
            _filled(StudentSpec, {"architecture": "etude", **(asked.get("spec") or {})}),
            _filled(DistilOptions, {**asdict(PRESETS[preset]), **given}),
            _filled(ReinforceOptions, asked.get("reinforce") or {}),
            asked.get("teacher") or "embedded",
            asked.get("start") or "",
        )
        order._check()
        return order

    def _check(self) -> None:
        for kind, name in (("student", self.spec.architecture.split(":")[0]), ("teacher", self.teacher.split(":")[0])):
            known = plugins.names(f"{kind}s")
            if name not in known:
                raise ValueError(f"There is no {kind} called {name!r}; there are: {', '.join(known)}.")
        shape = self.spec.shape
        if not isinstance(shape, dict) or not all(type(value) is int for value in shape.values()):
            raise ValueError(f"The shape of a student is whole numbers by their names, and not {shape!r}.")
        limits = {
            "The size": (self.spec.size, 1, 512),
            "The seed": (self.spec.seed, 0, 2**31),
            "The number of versions": (self.reinforce.versions, 1, 100),
            "The number of passes": (self.options.passes, 1, 10_000),
            "The number of processes": (self.options.processes, 1, 64),
        }
        for what, (value, low, high) in limits.items():
            if not low <= value <= high:
                raise ValueError(f"{what} must be from {low} to {high}, and not {value}.")
        shortest_s, longest_s = self.reinforce.shortest_s, self.reinforce.longest_s
        if not 0 < shortest_s <= longest_s:
            raise ValueError(f"A version can't last from {shortest_s} to {longest_s} s.")


def _filled(record: type[Any], given: Mapping[str, Any]) -> Any:
    known = {each.name: each.type for each in fields(record)}
    for name, value in given.items():
        wanted = known.get(name)
        right = isinstance(value, (int, float) if wanted is float else wanted) if isinstance(wanted, type) else True
        endless = isinstance(value, int | float) and not abs(value) < ENDLESS  # NaN too
        if wanted is None or not right or endless or (isinstance(value, bool) and wanted is not bool):
            raise ValueError(f"This training can't be understood: {name} = {value!r}.")
    return record(**given)


def answered_as(teacher: TeacherSpec, versions: ReinforceOptions) -> str:
    """The key of a teacher's answers to augmented versions: it changes with the teacher and with the augmentation."""
    return f"{teacher.fingerprint}.{versions.fingerprint}"


def folder(store: Store, job_id: int) -> Path:
    """Where a training keeps what it has so far."""
    return store.folder / HOME / str(job_id)


def unfinished(store: Store, order: TrainOrder) -> int | None:
    """The newest training of the same order that has not ended, by its job's number."""
    for job in store.jobs.list(1000, KIND):
        with suppress(ValueError):  # another Etude may have understood it
            again = "lessons_of" in job.arguments  # makes a student of other lessons than the library's
            if job.state in GOING and not again and TrainOrder.of(job.arguments) == order:
                return job.id
    return None


def resumable(store: Store, job: JobRecord) -> bool:
    """Whether a training, or a search, that failed or was cancelled still has what it had done, or had done nothing."""
    return job.state in ("failed", "cancelled") and (job.started_at is None or folder(store, job.id).exists())


def resume(store: Store, job_id: int) -> None:
    """Put a training, or a search, that failed or was cancelled back into the queue: it goes on from its checkpoint.

    Raises:
        ValueError: there is no such job, it goes on or is done, or what it had done is deleted.
    """
    job = store.jobs.get(job_id)
    if job is None or not resumable(store, job) or not store.jobs.resume(job_id):
        raise ValueError(f"The job {job_id} can't be resumed: begin another one.")


def sweep(store: Store) -> None:
    """Delete what trainings kept that are over: at once if they are done, else after a week."""
    for home in (store.folder / HOME).glob("[0-9]*"):
        job = store.jobs.get(int(home.name)) if home.name.isdecimal() else None
        if job is None or (job.state not in GOING and (job.state == "done" or _old(job))):
            shutil.rmtree(home, ignore_errors=True)


def _old(job: JobRecord) -> bool:
    return job.finished_at is not None and job.finished_at < time.time() - KEPT_S
