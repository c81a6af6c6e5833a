"""Many tasks in several processes of one thread each; what each gives is given as it comes.

A process gets its next task only when what came of the last was taken, so at most one task a process is lost when this
one ends, however it ends; the others then end at once, since their standard input does.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TICK_S = 0.5
DEATHS = 5  # of processes, one after another, without anything done between them

Function = Callable[..., Any]
Came = tuple[int, Any]  # a task's place, and what came of it


class LostError(ValueError):
    """The process that worked on a task was stopped."""


LOST = "The process that worked on it was stopped, most likely because the memory did not suffice; try it once more."


def cores() -> int:
    """The processor's cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(function: Function, tasks: Iterable[tuple[Any, ...]], processes: int) -> Generator[Came | None]:
    """Call `function` with each task's arguments; yields the task's place and what it gave, or the exception it raised.

    Yields None now and then while nothing comes, so that who waits can look around, or stop: dropped halfway, it ends
    its processes. One process is this one.

    Args:
        function: at the top of a module that can be imported; it is asked for by name.
        tasks: asked for one by one; what is in them, and what is given, can be pickled, and paths are absolute.
        processes: how many.

    Raises:
        LostError: the processes are stopped again and again.
    """
    if processes <= 1:
        yield from ((place, _outcome(function, task)) for place, task in enumerate(tasks))
        return
    todo = enumerate(tasks)
    busy: dict[Connection, tuple[_Child, int]] = {}
    idle = [_Child() for _ in range(processes)]
    deaths = 0
    try:
        while True:
            while idle and (following := next(todo, None)) is not None:
                place, task = following
                child = idle.pop()
                child.send(function, task)
                busy[child.back] = child, place
            if not busy:
                return
            ready = [back for back in wait(list(busy), TICK_S) if isinstance(back, Connection)]
            if not ready:
                yield None
            for back in ready:
                child, place = busy.pop(back)
                came, alive = child.receive()
                deaths = 0 if alive else deaths + 1
                if not alive:
                    child.end()
                    child = _Child()
                idle.append(child)
                if deaths > DEATHS:
                    raise LostError(LOST)
                yield place, came
    finally:
        for child in [*idle, *(child for child, _ in busy.values())]:
            child.end()


class _Child:
    """Another process, seen from this one."""

    def __init__(self) -> None:
        # a plain child, since the background's worker, as a daemon, may have no others; in a session of its own, so
        # that Ctrl-C goes to the parent, which then ends it
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.labelling.pool"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._process.stdin as given, self._process.stdout as told:
            self._to = Connection(os.dup(given.fileno()), readable=False)
            self.back = Connection(os.dup(told.fileno()), writable=False)

    def send(self, function: Function, task: tuple[Any, ...]) -> None:
        with suppress(OSError):  # it is gone, which `receive` tells
            self._to.send((function, task))

    def receive(self) -> tuple[Any, bool]:
        """What came of the task, and whether the process lives."""
        try:
            return self.back.recv(), True
        except (EOFError, OSError):
            return LostError(LOST), False

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._to.close()
        self.back.close()


def _outcome(function: Function, task: tuple[Any, ...]) -> Any:
    try:
        return function(*task)
    except Exception as error:
        return error


def main() -> None:
    """Be one of the others."""
    tasks, results = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # what a library prints is no result
    waiting: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        try:
            while True:
                waiting.put(tasks.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)  # whatever is being done, nobody waits for it any more

    threading.Thread(target=listen, daemon=True).start()
    while True:
        came = _outcome(_called, (waiting.get(),))
        try:
            results.send(came)
        except (TypeError, AttributeError, pickle.PicklingError) as error:
            results.send(RuntimeError(f"{type(came).__name__}: {came} ({error})"))


def _called(packed: bytes) -> Any:
    function, task = pickle.loads(packed)  # noqa: S301  # our own parent's
    return function(*task)


if __name__ == "__main__":
    main()
