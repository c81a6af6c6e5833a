"""The stages of a training's chain: what each is called, where it is on the job's bar, and how long it takes.

The times are kept with the job (`store.journal`), so that a reload, a second viewer and a worker that comes after a
killed one see the same.
"""

import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing

from app.jobs.work import Progress
from app.training.trainings import ANSWERED, DISTILLED, LABELLED
from store.db import Store

TITLES = {
    "gather": "Gather", "label": "Label", "answer": "Answer versions", "distil": "Distil", "quantize": "Quantize",
    "gate": "Gate", "measure": "Export and measure",
}  # fmt: skip
# of those that go on evenly, and so foretell their own end
BAR = {"label": (0.0, LABELLED), "answer": (LABELLED, ANSWERED), "distil": (ANSWERED, DISTILLED)}
TELL_S = 1.0  # between two writes
SURE = 0.05  # of a stage must be done before its own pace is believed


def timed(
    store: Store, job_id: int, expected_s: Mapping[str, float], steps: Generator[Progress]
) -> Generator[Progress]:
    """The same steps, with the time between them kept as that of the stage that each begins.

    Args:
        store: where it is kept.
        job_id: the job.
        expected_s: seconds that each stage was thought to take.
        steps: of the whole chain, each with its stage.
    """
    spent = {each.name: each.seconds for each in store.journal.stages(job_id)}
    at, since, part = "", time.monotonic(), 0.0

    def keep() -> None:
        now = time.monotonic()
        spent[at] = spent.get(at, 0.0) + now - since
        store.journal.spend(job_id, at, now - since, left_s(expected_s, spent[at], at, part))

    with closing(steps):
        try:
            for step in steps:
                if at and (step.stage != at or time.monotonic() - since >= TELL_S):
                    keep()
                    since = time.monotonic()
                if step.stage != at:
                    at, since = step.stage, time.monotonic()
                    store.journal.spend(job_id, at, 0.0, left_s(expected_s, spent.get(at, 0.0), at, step.part))
                    store.journal.note(job_id, f"{TITLES[at]}.")
                part = step.part
                yield step
        finally:
            if at:
                keep()


def left_s(expected_s: Mapping[str, float], spent_s: float, at: str, part: float) -> float:
    """Seconds until the chain is done: of its stage at the pace so far where there is one, of later ones as expected.

    Args:
        expected_s: seconds that each stage was thought to take.
        spent_s: seconds that the stage has taken.
        at: the stage.
        part: of the job's bar that is done, 0..1.
    """
    low, high = BAR.get(at, (0.0, 0.0))
    done = min(1.0, max(0.0, (part - low) / (high - low))) if high else 0.0
    here = spent_s * (1 - done) / done if done >= SURE else max(0.0, expected_s[at] * (1 - done) - (not high) * spent_s)
    return here + sum(expected_s[name] for name in _after(at))


def _after(at: str) -> Iterable[str]:
    names = list(TITLES)
    return names[names.index(at) + 1 :]
