"""Trainings by the real worker: killed, cancelled, resumed, each ends with one whole student or none."""

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from app import models
from app.jobs.worker import Worker
from app.training import stages, trainings
from store.db import Store
from tests import classroom
from tests.classroom import TINY, children
from tests.working import done, job, lock_is_free, until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


def learnt(store: Store, job_id: int) -> float:
    """Passes that a training has done."""
    return max((point.passes for point in store.curves.get(job_id)), default=0.0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_chain_whose_worker_is_killed_at_every_stage_ends_with_one_whole_student(library: Store) -> None:
    options = {**TINY["options"], "passes": 4, "processes": 2}
    job_id, order, killed_at = library.jobs.add("train", {**TINY, "options": options}), list(stages.TITLES), 0.0

    def at(stage: str) -> bool:
        """Or past it: some are over in milliseconds, and nobody need see them."""
        taken = [each.name for each in library.journal.stages(job_id) if each.at > killed_at]
        begun = bool(taken) and order.index(taken[-1]) >= order.index(stage)
        return begun or job(library, job_id).finished_at is not None

    with Worker(library.folder):
        for stage in order:
            until(partial(at, stage))
            if stage == "distil":
                until(lambda: learnt(library, job_id) > 1)
            worker = job(library, job_id).worker
            helpers = children(int(worker))
            assert job(library, job_id).state == "running", stage
            os.kill(int(worker), signal.SIGKILL)
            killed_at = time.time()
            if stage == "distil":
                reached = learnt(library, job_id)
                assert helpers
                assert (trainings.folder(library, job_id) / "state.pt").exists()
                until(lambda helpers=helpers: not any(Path(f"/proc/{helper}").exists() for helper in helpers))
        ended = done(library, job_id)
        until(lambda: not trainings.folder(library, job_id).exists())
    assert ended.state == "done", ended.error
    assert reached < learnt(library, job_id) == options["passes"]
    (student,) = library.students.list()
    assert student.name == ended.result["student"]
    adv, _ = models.student(library, student.name).model.predict(np.zeros((1, 16_000), np.float32))
    assert np.isfinite(adv).all()
    assert not [path.name for path in (library.folder / "students").iterdir() if "partial" in path.name]
    assert {each.name for each in library.journal.stages(job_id)} == set(stages.TITLES)


def test_what_failed_for_want_of_clips_is_resumed_when_there_are_some(store: Store, tmp_path: Path) -> None:
    job_id = store.jobs.add("train", TINY)
    with Worker(store.folder):
        assert "no clip to learn from" in done(store, job_id).error
        classroom.fill(store, tmp_path / "class")
        trainings.resume(store, job_id)
        assert done(store, job_id).state == "done"
    assert len(store.students.list()) == 1


def test_what_is_done_leaves_nothing_and_what_failed_or_is_cancelled_or_stopped_is_kept(library: Store) -> None:
    endless = {**TINY, "options": {**TINY["options"], "passes": 5000, "patience": 5000}}
    too_short = {**TINY, "reinforce": {"versions": 1, "shortest_s": 0.1, "longest_s": 0.2}}
    refused, cancelled, good, stopped = (
        library.jobs.add("train", arguments) for arguments in (too_short, endless, TINY, endless)
    )
    with Worker(library.folder):
        until(lambda: learnt(library, cancelled) > 0)
        assert job(library, good).state == "queued"
        assert library.jobs.cancel(cancelled)
        assert done(library, good).state == "done"
        until(lambda: learnt(library, stopped) > 0)
    ended = [job(library, job_id).state for job_id in (refused, cancelled, good, stopped)]
    assert ended == ["failed", "cancelled", "done", "queued"]
    assert "no speech to learn from" in job(library, refused).error
    kept = {int(path.name) for path in (library.folder / trainings.HOME).iterdir()}
    assert kept == {refused, cancelled, stopped}
    assert [student.name for student in library.students.list()] == [f"etude-{good}"]
    assert lock_is_free(library)
