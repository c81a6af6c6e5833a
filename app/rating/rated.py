"""Which clips people have rated by listening, and what the live student answers to those."""

from collections.abc import Generator, Mapping

from app.jobs.work import Progress
from app.rating import asking, fused
from app.rating.fused import Ratings
from app.training.trainings import GOING
from engine.types import Floats
from store.db import Store
from store.filters import ClipFilter

KIND = "rated"  # of the job in which the student is asked


def heard(found: Ratings) -> Ratings:
    """The answers of those who listened and decided: what was accepted in bulk, unheard, is nobody's rating."""
    listened = {clip: [each for each in said if each.shown != "bulk"] for clip, said in found.items()}
    return fused.decided(listened)


def answers(store: Store) -> Mapping[str, Floats]:
    """What the live student has answered so far, by clip id: float32 [3], NaN where nobody speaks."""
    return dict(zip(*store.answers.of(asking.fingerprint(store)), strict=True))


def missing(store: Store) -> list[str]:
    """The rated clips of the library that it has not answered."""
    known = answers(store)
    rated = tuple(clip for clip in heard(fused.ratings(store)) if clip not in known)
    return [clip.id for clip in store.clips.find(ClipFilter(ids=rated), limit=-1)] if rated else []


def queue(store: Store) -> int:
    """Have the live student asked, unless that waits or goes on already; gives the job."""
    for job in store.jobs.list(1, KIND):
        if job.state in GOING:
            return job.id
    return store.jobs.add(KIND, {})


def ask(store: Store, job_id: int | None = None) -> Generator[Progress]:
    """Ask the live student about the rated clips that it has not answered yet.

    The result counts those `answered` now, and lists `failed` clips with `path` and `reason`.

    Raises:
        ValueError: the student's file is missing or damaged.
    """
    wanted = missing(store)
    failed = yield from asking.ask(store, wanted, job_id)
    answered = len(wanted) - len(failed)
    message = f"{answered} rated clips answered, {len(failed)} failed."
    yield Progress(1, 1, message, {"answered": answered, "failed": failed})
