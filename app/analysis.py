"""Work that a person waits for: teacher and student listen to one sound in a thread, watched and stoppable."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from app.models import Opened
from engine.labelling.listen import answer
from engine.types import SAMPLE_RATE, Answer, Floats, Model

T = TypeVar("T")
TICK_S = 0.2  # between two looks at the work

Report = Callable[[float], None]  # takes how far the work is, 0..1; raises StoppedError when nobody waits any more


class StoppedError(Exception):
    """The person who waited has gone."""


@dataclass(frozen=True)
class Heard:
    """What one model answered, and how long that took: the voice filter, the clip's value and the trace."""

    opened: Opened
    answer: Answer
    took_s: float


class Watched:
    """A model that counts the windows it answers."""

    def __init__(self, model: Model, tell: Callable[[int], None]) -> None:
        self.name, self.window_s, self.hop_s = model.name, model.window_s, model.hop_s
        self._predict, self._tell = model.predict, tell

    def predict(self, audio: Floats) -> tuple[Floats, Floats | None]:
        """Answer a batch; see `engine.types.Model`."""
        answered = self._predict(audio)
        self._tell(len(audio))
        return answered


def hear(samples: Floats, models: Sequence[Opened], report: Report) -> list[Heard]:
    """Ask each model in turn.

    Shape:
        samples: float32 [T] at 16 kHz.

    Raises:
        StoppedError: `report` did.
    """
    to_come = sum(len(samples) / SAMPLE_RATE / opened.model.hop_s for opened in models)
    answered = 0

    def tell(windows: int) -> None:
        nonlocal answered
        answered += windows
        report(min(0.99, answered / to_come))

    heard = []
    for opened in models:
        began = time.perf_counter()
        heard.append(Heard(opened, answer(Watched(opened.model, tell), samples), time.perf_counter() - began))
    return heard


def watch(work: Callable[[Report], T]) -> Iterator[float | T]:
    """Run `work` in a thread: yields now and then how far it is, at last its result; closing the iterator stops it.

    Raises:
        Exception: whatever `work` raised.
    """
    stopped, far = Event(), 0.0

    def report(fraction: float) -> None:
        nonlocal far
        far = fraction
        if stopped.is_set():
            raise StoppedError

    pool = ThreadPoolExecutor(1)
    try:
        future = pool.submit(work, report)
        while wait([future], TICK_S).not_done:
            yield far
        yield future.result()
    finally:
        stopped.set()
        pool.shutdown(wait=False)
