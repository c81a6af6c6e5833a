"""A job for somebody who waits: done in this process, or watched while the worker of an open page does it.

Jobs of a store are done one at a time, whoever does them: who holds the worker's lock. So the two never meet in one
training's folder, and a job goes on here when the page is closed, and there when this process is.
"""

import os
import time
from collections.abc import Generator
from contextlib import closing

from app.jobs.work import Progress
from app.jobs.worker import alone, steps
from app.training import trainings
from store.db import Store
from store.records import JobRecord

LOOK_S = 0.5  # between two looks at a job that another process does


def run(store: Store, job_id: int) -> Generator[Progress]:
    """See a queued job to its end.

    Raises:
        ValueError: it failed, or somebody cancelled it.
    """
    while (job := find(store, job_id)).state in trainings.GOING:
        with alone(store.folder) as ours:
            if ours:
                store.jobs.requeue_running()
                mine = store.jobs.claim(f"shell {os.getpid()}", job_id)
                if mine:
                    with closing(steps(store, mine)) as here:
                        yield from (step for step in here if step.result is None)
                    trainings.sweep(store)
        if not ours:
            yield _step(job)
            time.sleep(LOOK_S)
    if job.state != "done":
        raise ValueError(job.error or f"Somebody cancelled the job {job_id}.")
    yield Progress(1, 1, job.message, job.result)


def find(store: Store, job_id: int) -> JobRecord:
    """The job of that number.

    Raises:
        ValueError: there is none.
    """
    job = store.jobs.get(job_id)
    if job is None:
        raise ValueError(f"There is no job {job_id}; `etude jobs` lists them.")
    return job


def _step(job: JobRecord) -> Progress:
    waiting = "" if job.state == "running" else "Waits for the worker of the open page. "
    return Progress(int(job.progress * 1000), 1000, f"{waiting}{job.message}".strip())
