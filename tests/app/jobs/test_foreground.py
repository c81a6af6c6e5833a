"""A job seen to its end by somebody who waits, in this process or in the worker's."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs import foreground
from app.jobs.foreground import run
from app.jobs.worker import alone
from app.training import trainings
from store.db import Store
from tests.classroom import TINY
from tests.sounds import noise, written


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture
def job_id(store: Store, tmp_path: Path) -> int:
    """A job that imports three sounds."""
    (tmp_path / "sounds").mkdir()
    for number in range(3):
        written(tmp_path / "sounds" / f"{number}.wav", noise(0.5, seed=number))
    return store.jobs.add("import", {"folder": str(tmp_path / "sounds")})


def test_it_is_done_here_where_no_worker_is(store: Store, job_id: int) -> None:
    *_, last = run(store, job_id)
    assert last.result is not None
    assert last.result["added"] == 3
    job = store.jobs.get(job_id)
    assert job is not None
    assert (job.state, job.worker[:5]) == ("done", "shell")


def test_it_is_watched_where_a_worker_is(store: Store, job_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground, "LOOK_S", 0.0)
    with alone(store.folder) as ours:
        assert ours
        steps = run(store, job_id)
        assert next(steps).message == "Waits for the worker of the open page."
        job = store.jobs.claim("the page's")
        assert job is not None
        store.jobs.beat(job, 0.5, "Halfway.")
        assert (next(steps).part, next(steps).message) == (0.5, "Halfway.")
        store.jobs.finish(job, {"added": 3})
        assert [step.result for step in steps] == [{"added": 3}]


def test_it_goes_on_here_when_the_worker_is_gone(store: Store, job_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground, "LOOK_S", 0.0)
    with alone(store.folder):
        steps = run(store, job_id)
        store.jobs.claim("the page's")
        next(steps)
    *_, last = steps
    assert last.result is not None
    assert last.result["added"] == 3


def test_dropped_it_waits_to_be_continued(store: Store, job_id: int) -> None:
    steps = run(store, job_id)
    list(itertools.islice(steps, 2))
    steps.close()  # type: ignore[attr-defined]
    job = store.jobs.get(job_id)
    assert job is not None
    assert job.state == "queued"
    with alone(store.folder) as ours:
        assert ours
    *_, last = run(store, job_id)
    assert last.result is not None


def test_what_went_wrong_is_told(store: Store) -> None:
    with pytest.raises(ValueError, match="There is no folder"):
        list(run(store, store.jobs.add("import", {"folder": str(store.folder / "nowhere")})))
    with pytest.raises(ValueError, match="There is no job 99"):
        next(run(store, 99))


def test_what_somebody_cancels_ends_and_can_be_resumed(store: Store) -> None:
    job_id = store.jobs.add(trainings.KIND, TINY)
    trainings.folder(store, job_id).mkdir(parents=True)
    store.jobs.cancel(job_id)
    with pytest.raises(ValueError, match="Somebody cancelled"):
        list(run(store, job_id))
    trainings.sweep(store)
    assert trainings.folder(store, job_id).exists()
