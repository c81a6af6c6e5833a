"""A worker's jobs, waited for."""

import sqlite3
import time
from collections.abc import Callable

from store.db import Store
from store.records import JobRecord


def until(true: Callable[[], bool], limit_s: float = 180) -> None:  # a slow machine is no failure
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def job(store: Store, job_id: int) -> JobRecord:
    found = store.jobs.get(job_id)
    assert found is not None
    return found


def done(store: Store, job_id: int) -> JobRecord:
    until(lambda: job(store, job_id).finished_at is not None)
    return job(store, job_id)


def lock_is_free(store: Store) -> bool:
    lock = sqlite3.connect(store.folder / "worker.lock", timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    finally:
        lock.close()
    return True
