"""A search as background work: the teacher answers the library's clips as for a training, then shapes are tried.

It can be stopped anywhere and goes on from there; what it has found is in the store as soon as it is found.
"""

from collections.abc import Iterator, Sequence

from app.jobs.work import PARTS, Progress, within
from app.training import school, trainings
from app.training.searches import SearchOrder
from app.training.trainings import ANSWERED
from engine.searching import search as searching
from engine.searching.candidates import Candidate, title
from store.db import Store
from store.records import CandidateRecord

TRIALS = "trials"  # in the job's folder, beside the crops


def search(store: Store, order: SearchOrder, job_id: int) -> Iterator[Progress]:
    """Run a search from wherever it was stopped; the result counts shapes and names the best of them.

    Raises:
        ValueError: too little to learn from, no shape fits the caps, or the teacher can't be loaded.
    """
    home = trainings.folder(store, job_id)
    home.mkdir(parents=True, exist_ok=True)
    yield from within(0, ANSWERED, school.gather(store, order.lessons, home, job_id))
    for step in searching.search(order.options, home, home / TRIALS):
        if step.found:
            store.candidates.put(job_id, [record(each) for each in step.found])
        part = ANSWERED + (1 - ANSWERED) * step.part
        result = _result(step.found) if step.part == 1 and step.found else None
        yield Progress(int(PARTS * part), PARTS, step.message, result)


def record(candidate: Candidate) -> CandidateRecord:
    """A trained candidate as the row that remembers it."""
    return CandidateRecord(
        spec=candidate.spec,
        parameters=candidate.parameters,
        bytes=candidate.bytes,
        ms=candidate.ms,
        share=candidate.share,
        ccc=candidate.dev or (0.0, 0.0, 0.0),
        rung=candidate.rung,
        passes=candidate.passes,
        on_front=candidate.on_front,
    )


def _result(found: Sequence[Candidate]) -> dict[str, object]:
    best = max(found, key=lambda each: each.ccc)
    return {"shapes": len(found), "front": sum(each.on_front for each in found), "best": title(best.spec)}
