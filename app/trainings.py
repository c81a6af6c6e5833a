"""A training as a job: what it is asked to do, where it is kept, and when that is let go. Imports no torch."""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from engine import plugins
from engine.presets import PRESETS, DistilOptions, ReinforceOptions
from engine.types import StudentSpec, TeacherSpec
from store.db import Store

KIND = "train"
HOME = "trainings"  # the folder, in the store's, in which each training has one of its job's number
GOING = ("queued", "running")
ANSWERED, DISTILLED = 0.25, 0.97  # of a training's bar: where the teacher has answered, and the student has learnt


@dataclass(frozen=True)
class TrainOrder:
    """What a training job is asked to do; JSON in the job's row."""

    spec: StudentSpec = field(default_factory=lambda: StudentSpec("etude"))
    options: DistilOptions = PRESETS["etude"]
    reinforce: ReinforceOptions = field(default_factory=ReinforceOptions)
    teacher: str = "embedded"

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "TrainOrder":
        """From a job's arguments: `preset`, and `options` that differ from it, `spec`, `reinforce`, `teacher`.

        Raises:
            ValueError: a field is unknown or of the wrong kind, or there is no such student or teacher.
        """
        preset = asked.get("preset", "etude")
        if preset not in PRESETS:
            raise ValueError(f"There is no recipe called {preset!r}; there are: {', '.join(PRESETS)}.")
        given = asked.get("options") or {}
        order = cls(
            _filled(StudentSpec, {"architecture": "etude", **(asked.get("spec") or {})}),
            _filled(DistilOptions, {**asdict(PRESETS[preset]), **given}),
            _filled(ReinforceOptions, asked.get("reinforce") or {}),
            str(asked.get("teacher", "embedded")),
        )
        order._check()
        return order

    def _check(self) -> None:
        for kind, name in (("student", self.spec.architecture.split(":")[0]), ("teacher", self.teacher)):
            known = plugins.names(f"{kind}s")
            if name not in known:
                raise ValueError(f"There is no {kind} called {name!r}; there are: {', '.join(known)}.")
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
        if wanted is None or not right or (isinstance(value, bool) and wanted is not bool):
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
            if job.state in GOING and TrainOrder.of(job.arguments) == order:
                return job.id
    return None


def sweep(store: Store) -> None:
    """Delete what trainings kept that are over: done, cancelled, or failed for good."""
    for home in (store.folder / HOME).glob("[0-9]*"):
        job = store.jobs.get(int(home.name)) if home.name.isdecimal() else None
        if job is None or job.state not in GOING:
            shutil.rmtree(home, ignore_errors=True)
