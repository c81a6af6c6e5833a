"""The worker: one spawned, niced process with one thread that does the jobs of a store.

The worker of a data folder holds a lock on `worker.lock` for as long as it lives, so there is never a second one, and
whatever says "running" when a worker starts was left by a dead one. It ends soon after its parent.
"""

import logging
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from logging.handlers import RotatingFileHandler
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Self

from app.jobs import fetching, work
from app.labelling import local
from app.library import examine
from app.rating import doubts, rated
from app.students import comparisons, keeping
from app.training import searches, trainings
from engine.labelling.pool import ONE_THREAD
from store.db import Store
from store.records import JobRecord

POLL_S = 0.5  # between looks for a job
BEAT_S = 0.5  # between two writes of a job's progress
CHECK_S = 1.0  # between looks whether the worker still lives

log = logging.getLogger("app")


class JobFailedError(ValueError):
    """A job could not be done; its row says why."""


class Worker:
    """Keeps a worker running for a store while the `with` block lasts: another is started if it dies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._leave = threading.Event()
        self._watch = threading.Thread(target=self._restart, daemon=True)

    def __enter__(self) -> Self:
        self.process = start(self._folder)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._watch.join()
        stop(self.process)

    def _restart(self) -> None:
        while not self._leave.wait(CHECK_S):
            if not self.process.is_alive():
                self.process.close()
                self.process = start(self._folder)


def start(folder: Path) -> SpawnProcess:
    """Start a worker process for the store in `folder`."""
    process = multiprocessing.get_context("spawn").Process(target=_live, args=(folder,), daemon=True)
    with _environment(ONE_THREAD):
        process.start()
    return process


def stop(process: SpawnProcess) -> None:
    """End a worker process; the job it is at goes back to the queue."""
    process.terminate()
    process.join(10)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    # Before the start, because a spawned process may load numerical libraries before it runs a line of ours.
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values.keys() - before.keys():
            del os.environ[name]
        os.environ.update({name: before[name] for name in values.keys() & before.keys()})


def _live(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which then ends us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if hasattr(os, "nice"):
        os.nice(10)
    log.addHandler(RotatingFileHandler(folder / "worker.log", maxBytes=2**20, backupCount=1, delay=True))
    log.setLevel(logging.DEBUG)
    try:
        _serve(folder)
    except Exception:
        log.exception("The worker ended")
        sys.exit(1)


def _serve(folder: Path) -> None:
    with Store(folder) as store, closing(_lock(folder)) as lock:
        while not _held(lock):
            _rest_or_leave()
        store.jobs.requeue_running()
        store.clips.drop_orphans()
        trainings.sweep(store)
        keeping.sweep(store)
        while True:
            job = store.jobs.claim(str(os.getpid()))
            _do(store, job) if job else _rest_or_leave()


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Be in the worker's place while the block lasts, if no worker is there: yields whether we are."""
    with closing(_lock(folder)) as lock:
        yield _held(lock)


def _lock(folder: Path) -> sqlite3.Connection:
    # SQLite's own file lock: the same on every platform, and the system lets go of it however the process ends.
    return sqlite3.connect(folder / "worker.lock", timeout=0, isolation_level=None)


def _held(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def _rest_or_leave(rest_s: float = POLL_S) -> None:
    parent = multiprocessing.parent_process()
    if parent is None or wait([parent.sentinel], rest_s):
        sys.exit(0)


def _do(store: Store, job: JobRecord) -> None:
    with suppress(JobFailedError), closing(steps(store, job)) as ours:  # whatever is wrong with one, others go on
        for _ in ours:
            _rest_or_leave(0)
    trainings.sweep(store)


def steps(store: Store, job: JobRecord) -> Generator[work.Progress]:
    """Do a job that this process has claimed, step by step, and keep its row; ends early if it is cancelled.

    Dropped halfway, or told to end, it gives the job back to the queue.

    Raises:
        JobFailedError: whatever went wrong, in a sentence that the job's row holds too.
    """
    due = 0.0
    try:
        with closing(_work(store, job)) as ours:
            for step in ours:
                if step.result is not None and job.kind in doubts.AFTER:
                    doubts.ask(store)  # before it is told, so that no kill can come between
                if step.result is not None or time.monotonic() >= due:
                    due = time.monotonic() + BEAT_S
                    if not store.jobs.beat(job, step.part, step.message):
                        return
                if step.result is not None:
                    store.jobs.finish(job, step.result)
                yield step
    except Exception as error:
        why = work.sentence(error)
        store.journal.note(job.id, why)
        store.jobs.fail(job, why)
        raise JobFailedError(why) from error
    except BaseException:
        store.jobs.release(job)
        raise


def _work(store: Store, job: JobRecord) -> Generator[work.Progress]:
    match job.kind:
        case "import":
            folder = Path(job.arguments["folder"]).expanduser()
            if not folder.is_absolute():  # it would start from wherever the server was started
                raise ValueError(f"Give the folder's whole path, such as {Path.home() / 'voices'}.")
            yield from work.import_folder(store, folder, job.id)
        case "label":
            yield from local.label(store, job.arguments["teacher"], job.arguments.get("ids"), job.id)
        case fetching.KIND:
            yield from fetching.fetch(job.arguments["teacher"])
        case examine.KIND:
            yield from examine.examine(store, job.id)
        case doubts.KIND:
            yield from doubts.find(store, job.id)
        case rated.KIND:
            yield from rated.ask(store, job.id)
        case trainings.KIND:
            from app.training.train import train  # torch: seconds, and a lot of memory, which no other job needs

            for step in train(store, trainings.TrainOrder.of(job.arguments), job.id):
                if step.result is not None:  # before it is told, so that no kill can come between
                    comparisons.ask(store, step.result["student"])
                yield step
        case comparisons.KIND:
            from app.students.comparison import compare

            yield from compare(store, (job.arguments["student"], job.arguments["live"]))
        case searches.KIND:
            from app.training.search import search

            yield from search(store, searches.SearchOrder.of(job.arguments), job.id)
        case "bits":
            from app.students import bits

            yield from bits.measure(store, job.arguments["student"])
        case _:
            raise ValueError(f"This Etude knows no job of the kind {job.kind!r}.")
