"""Work that tells how far it is by calling somebody, as steps that somebody else asks for one by one."""

import queue
import threading
from collections.abc import Callable, Generator
from typing import Any

from app.jobs.work import PARTS, Progress

Tell = Callable[[float, str], None]


class _DroppedError(Exception):
    """Nobody asks for more steps."""


def steps(work: Callable[[Tell], Any]) -> Generator[Progress]:
    """Run `work` in a thread of its own, and yield what it tells: the part done, 0..1, and a sentence.

    Dropped halfway, the next call of its `tell` ends the work.

    Raises:
        whatever the work raises.
    """
    told: queue.Queue[Progress | None] = queue.Queue()
    dropped = threading.Event()
    failed: list[BaseException] = []

    def tell(part: float, message: str) -> None:
        if dropped.is_set():
            raise _DroppedError
        told.put(Progress(round(PARTS * part), PARTS, message))

    def run() -> None:
        try:
            work(tell)
        except BaseException as error:
            failed.append(error)
        told.put(None)  # the end

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while (step := told.get()) is not None:
            yield step
    finally:
        dropped.set()
        thread.join()
    if failed:
        raise failed[0]
