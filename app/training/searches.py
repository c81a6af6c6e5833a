"""A search as a job: what it is asked to do, and what it found, to be shown. Imports no torch.

Its folder is kept, and let go, as that of a training (`app.training.trainings`).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from app.training import trainings
from app.training.trainings import TrainOrder
from engine.searching.rungs import SearchOptions
from store.db import Store

KIND = "search"
LIMITS = {
    "trials": ("The number of trials", 1, 1000),
    "passes": ("The number of passes", 1, 1000),
    "max_bytes": ("The cap on bytes", 0, 10**9),
    "max_parameters": ("The cap on parameters", 0, 10**9),
    "seed": ("The seed", 0, 2**31),
}


@dataclass(frozen=True)
class SearchOrder:
    """What a search job is asked to do; JSON in the job's row."""

    options: SearchOptions = field(default_factory=SearchOptions)
    lessons: TrainOrder = field(default_factory=TrainOrder)  # how crops are made and taught

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "SearchOrder":
        """From a job's arguments: trials, passes, caps and seed, and what a training takes beside its spec.

        Raises:
            ValueError: a field is unknown, of the wrong kind, or out of bounds.
        """
        given = {name: value for name, value in asked.items() if name in LIMITS}
        for name, value in given.items():
            what, low, high = LIMITS[name]
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise ValueError(f"{what} must be from {low} to {high}, and not {value}.")
        rest = {name: value for name, value in asked.items() if name not in LIMITS}
        if unknown := rest.keys() - {"preset", "options", "reinforce", "teacher"}:
            raise ValueError(f"This search can't be understood: {', '.join(sorted(unknown))}.")
        lessons = TrainOrder.of(rest)
        return cls(SearchOptions(**given, training=lessons.options), lessons)


def unfinished(store: Store, order: SearchOrder) -> int | None:
    """The newest search of the same order that has not ended, by its job's number."""
    for job in store.jobs.list(1000, KIND):
        with suppress(ValueError):  # another Etude may have understood it
            if job.state in trainings.GOING and SearchOrder.of(job.arguments) == order:
                return job.id
    return None


def rows(store: Store, job_id: int) -> list[dict[str, Any]]:
    """What a search has found, best CCC first, each as plain values."""
    found = sorted(store.candidates.get(job_id), key=lambda each: -sum(each.ccc))
    return [asdict(each) for each in found]
