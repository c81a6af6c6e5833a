import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.db import Store
from store.jobs import ATTEMPTS
from store.records import JobRecord

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)

RACE = """
import sys
from pathlib import Path
from store.db import Store
with Store(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    while job := store.jobs.claim(sys.argv[2]):
        print(job.id, flush=True)
"""


def claimed(store: Store, worker: str = "w") -> JobRecord:
    job = store.jobs.claim(worker)
    assert job is not None
    return job


def state(store: Store, job_id: int) -> str:
    job = store.jobs.get(job_id)
    assert job is not None
    return job.state


@settings(deadline=None)
@given(st.text(), st.dictionaries(st.text(), json_values), st.dictionaries(st.text(), json_values), st.text())
def test_a_job_comes_back_as_it_was(
    shelf: Store, kind: str, arguments: dict[str, Any], result: dict[str, Any], worker: str
) -> None:
    job_id = shelf.jobs.add(kind, arguments)
    job = claimed(shelf, worker)
    assert (job.id, job.kind, job.arguments, job.worker, job.state) == (job_id, kind, arguments, worker, "running")
    shelf.jobs.finish(job, result)
    done = shelf.jobs.list(1)[0]
    assert (done.state, done.result, done.progress, done.error) == ("done", result, 1.0, "")
    assert done.finished_at is not None


def test_the_oldest_job_is_claimed_first_and_each_once(store: Store) -> None:
    ids = [store.jobs.add("import", {}) for _ in range(3)]
    assert [claimed(store).id for _ in ids] == ids
    assert store.jobs.claim("w") is None
    assert [job.id for job in store.jobs.list(2)] == ids[:0:-1]


def test_four_processes_race_for_200_jobs_and_claim_each_once(store: Store) -> None:
    ids = [store.jobs.add("import", {}) for _ in range(200)]
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    racers = [
        subprocess.Popen([sys.executable, "-c", RACE, store.folder, name], stdin=-1, stdout=-1, text=True, env=here)
        for name in "abcd"
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    told = [racer.communicate(timeout=60)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4
    assert sorted(int(line) for out in told for line in out.split()) == ids


def test_beats_show_progress_that_never_goes_back(store: Store) -> None:
    store.jobs.add("import", {})
    job = claimed(store)
    assert store.jobs.beat(job, 0.5, "half")
    assert store.jobs.beat(job, 0.25, "again from the start")
    now = store.jobs.get(job.id)
    assert now is not None
    assert (now.progress, now.message) == (0.5, "again from the start")
    assert now.heartbeat_at is not None
    assert job.heartbeat_at is not None
    assert now.heartbeat_at >= job.heartbeat_at


def test_a_cancelled_job_stops_at_its_next_beat_and_stays_cancelled(store: Store) -> None:
    queued, running = store.jobs.add("import", {}), store.jobs.add("import", {})
    assert store.jobs.cancel(queued)
    job = claimed(store)
    assert job.id == running
    assert store.jobs.cancel(running)
    assert not store.jobs.beat(job, 0.5, "")
    store.jobs.finish(job, {})
    store.jobs.fail(job, "late")
    store.jobs.release(job)
    assert state(store, queued) == state(store, running) == "cancelled"
    assert not store.jobs.cancel(running)
    assert not store.jobs.cancel(99)


def test_a_failed_job_says_why(store: Store) -> None:
    store.jobs.add("import", {})
    store.jobs.fail(claimed(store), "There is no folder.")
    job = store.jobs.list()[0]
    assert (job.state, job.error) == ("failed", "There is no folder.")


def test_a_job_of_a_dead_worker_is_queued_again_and_no_longer_the_dead_ones(store: Store) -> None:
    job_id = store.jobs.add("import", {})
    old = claimed(store, "old")
    assert store.jobs.requeue_running() == [job_id]
    new = claimed(store, "new")
    assert not store.jobs.beat(old, 0.9, "from the dead")
    store.jobs.finish(old, {"wrong": True})
    assert state(store, job_id) == "running"
    assert store.jobs.beat(new, 0.1, "")


def test_a_job_that_ends_every_worker_at_one_place_is_given_up(store: Store) -> None:
    job_id = store.jobs.add("import", {})
    for _ in range(ATTEMPTS):
        job = claimed(store)
        store.jobs.beat(job, 0.5, "poison.wav")
        store.jobs.requeue_running()
    job_after = store.jobs.get(job_id)
    assert job_after is not None
    assert job_after.state == "failed"
    assert "poison.wav" in job_after.error
    assert "the memory did not suffice" in job_after.error


def test_a_job_that_failed_or_was_cancelled_can_be_resumed_and_no_other(store: Store) -> None:
    failed, cancelled, done, running = (store.jobs.add("train", {"number": n}) for n in range(4))
    store.jobs.fail(claimed(store), "The disk is full.")
    store.jobs.cancel(cancelled)
    claimed(store)
    store.jobs.finish(store.jobs.list(2)[1], {})
    claimed(store)
    assert [store.jobs.resume(each) for each in (failed, cancelled, done, running, 99)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    job = store.jobs.get(failed)
    assert job is not None
    assert (job.state, job.error, job.finished_at, job.arguments) == ("queued", "", None, {"number": 0})
    assert claimed(store).id == failed


def test_a_job_that_gets_further_with_every_worker_goes_on(store: Store) -> None:
    job_id = store.jobs.add("import", {})
    for attempt in range(3 * ATTEMPTS):
        store.jobs.beat(claimed(store), attempt / 100 + 0.01, "")
        store.jobs.requeue_running()
    assert state(store, job_id) == "queued"


def test_a_released_job_waits_for_the_next_worker(store: Store) -> None:
    job_id = store.jobs.add("import", {})
    for _ in range(3 * ATTEMPTS):
        store.jobs.release(claimed(store))
    assert state(store, job_id) == "queued"


def test_one_job_can_be_claimed_out_of_turn(store: Store) -> None:
    first, second = store.jobs.add("import", {}), store.jobs.add("train", {})
    job = store.jobs.claim("w", second)
    assert job is not None
    assert job.id == second
    assert store.jobs.claim("w", second) is None
    assert claimed(store).id == first


def test_jobs_are_listed_by_kind(store: Store) -> None:
    ids = [store.jobs.add(kind, {}) for kind in ("import", "train", "label", "train")]
    assert [job.id for job in store.jobs.list(9, "train")] == [ids[3], ids[1]]
    assert [job.id for job in store.jobs.list(2)] == [ids[3], ids[2]]
    assert store.jobs.list(9, "dance") == []


def test_a_job_that_is_killed_often_is_not_given_up_as_long_as_it_gets_further(store: Store) -> None:
    job_id = store.jobs.add("train", {})
    for kill in range(2 * ATTEMPTS):
        store.jobs.beat(claimed(store), kill / 1000 + 1e-6, "Further.")
        assert store.jobs.requeue_running() == [job_id]
        assert state(store, job_id) == "queued"


@pytest.mark.parametrize("in_a_job", [True, False])
def test_refusals_are_listed_once_by_path(store: Store, in_a_job: bool) -> None:
    job_id = store.jobs.add("import", {}) if in_a_job else None
    for path, reason in [("b", "empty"), ("a", "silent"), ("b", "still empty")]:
        store.jobs.refuse(job_id, path, reason)
    other = store.jobs.add("import", {})
    store.jobs.refuse(other, "c", "of another job")
    assert [(r.job_id, r.path, r.reason) for r in store.jobs.refusals(job_id)] == [
        (job_id, "a", "silent"),
        (job_id, "b", "still empty"),
    ]
