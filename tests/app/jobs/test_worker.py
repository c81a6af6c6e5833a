import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from app import models
from app.jobs import work
from app.jobs.worker import Worker, start, stop
from app.training import stages, trainings
from engine.pool import ONE_THREAD
from store.db import Store
from store.records import JobRecord
from tests import classroom
from tests.classroom import TINY, children

SOUNDS = 150
PARENT = """
import os, sys, time
from pathlib import Path
from app.jobs.worker import start
if __name__ == "__main__":
    start(Path(sys.argv[1]))
    while not os.path.exists(sys.argv[1] + "/seen"):
        time.sleep(0.01)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of many small sounds and two files that are none."""
    folder = tmp_path_factory.mktemp("sounds")
    noise = np.random.default_rng(0)
    for number in range(SOUNDS):
        sf.write(folder / f"{number:03}.wav", noise.normal(0, 0.1, 16_000), 16_000)
    for number in (40, 80):
        (folder / f"{number:03}-broken.wav").write_bytes(b"broken")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


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


def count_labels(store: Store) -> int:
    return int(store.stats()["labels"].get("loudness", 0))


def assert_whole(store: Store) -> None:
    files = [path.stem for path in (store.folder / "audio").glob("*/*")]
    assert len(files) == SOUNDS
    assert sorted(files) == sorted(clip.id for clip in store.clips.find(limit=1000))


def test_a_worker_killed_in_an_import_loses_and_doubles_nothing(store: Store, sounds: Path) -> None:
    job_id = store.jobs.add("import", {"folder": str(sounds)})
    first = start(store.folder)
    until(lambda: store.clips.count() >= 50)
    first.kill()
    first.join()
    assert job(store, job_id).state == "running"
    assert 50 <= store.clips.count() < SOUNDS
    second = start(store.folder)
    ended = done(store, job_id)
    stop(second)
    assert ended.state == "done", ended.error
    assert (ended.result["added"], ended.result["already_there"]) == (SOUNDS, 0)
    assert_whole(store)
    names = [Path(refusal.path).name for refusal in store.jobs.refusals(job_id)]
    assert names == ["040-broken.wav", "080-broken.wav"]


def test_a_worker_killed_while_labelling_is_replaced_and_each_clip_has_one_label(store: Store, sounds: Path) -> None:
    for _ in work.import_folder(store, sounds):
        pass
    job_id = store.jobs.add("label", {"teacher": "loudness"})
    with Worker(store.folder) as worker:
        until(lambda: count_labels(store) >= 10)
        pid = worker.process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        ended = done(store, job_id)
        assert worker.process.pid != pid
    assert ended.state == "done", ended.error
    assert 10 <= ended.result["already_labelled"] < SOUNDS
    assert count_labels(store) == SOUNDS
    (rows,) = store._connections.query("SELECT COUNT(*) AS n FROM labels")
    assert rows["n"] == SOUNDS
    assert_whole(store)


def test_a_cancelled_job_stops_and_the_next_one_runs(store: Store, sounds: Path) -> None:
    many, after = store.jobs.add("import", {"folder": str(sounds)}), store.jobs.add("label", {"teacher": "loudness"})
    with Worker(store.folder):
        until(lambda: store.clips.count() >= 5)
        assert store.jobs.cancel(many)
        assert done(store, after).state == "done"
    assert job(store, many).state == "cancelled"
    assert 5 <= store.clips.count() == count_labels(store) < SOUNDS
    assert list((store.folder / "scratch").iterdir()) == []


def test_what_cannot_be_done_fails_with_a_sentence_and_the_worker_goes_on(store: Store, sounds: Path) -> None:
    asked = [
        ("dance", {}, "knows no job of the kind 'dance'."),
        ("import", {"folder": str(sounds / "nowhere")}, "There is no folder"),
        ("import", {"folder": ""}, "Give the folder's whole path"),
        ("label", {"teacher": "nobody"}, "no teacher called 'nobody'"),
        ("import", {}, "Something unexpected: KeyError: 'folder'."),
    ]
    ids = [store.jobs.add(kind, arguments) for kind, arguments, _ in asked]
    with Worker(store.folder):
        ended = [done(store, job_id) for job_id in ids]
    for job_ended, (_, _, words) in zip(ended, asked, strict=True):
        assert job_ended.state == "failed"
        assert words in job_ended.error
        assert "Traceback" not in job_ended.error
    assert "Traceback" in (store.folder / "worker.log").read_text()


def test_a_stopped_worker_gives_its_job_back(store: Store, sounds: Path) -> None:
    job_id = store.jobs.add("import", {"folder": str(sounds)})
    with Worker(store.folder):
        until(lambda: store.clips.count() >= 5)
    assert job(store, job_id).state == "queued"
    assert store.clips.count() < SOUNDS
    assert list((store.folder / "scratch").iterdir()) == []
    assert lock_is_free(store)


def test_a_second_worker_waits_for_the_first_to_end(store: Store, sounds: Path) -> None:
    first = start(store.folder)
    until(lambda: not lock_is_free(store))
    second = start(store.folder)
    job_id = store.jobs.add("import", {"folder": str(sounds)})
    until(lambda: store.clips.count() >= 5)
    assert job(store, job_id).worker == str(first.pid)
    first.kill()
    assert done(store, job_id).worker == str(second.pid)
    stop(first)
    stop(second)
    assert_whole(store)


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_a_worker_ends_when_its_parent_is_gone(store: Store) -> None:
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", PARENT, store.folder], env=here) as parent:
        until(lambda: not lock_is_free(store))
        (store.folder / "seen").touch()
        assert parent.wait(60) == 0
    until(lambda: lock_is_free(store))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")
def test_a_worker_is_polite(store: Store) -> None:
    before = dict(os.environ)
    with Worker(store.folder) as worker:
        until(lambda: not lock_is_free(store))
        pid = worker.process.pid
        assert pid is not None
        environ = Path(f"/proc/{pid}/environ").read_text().split("\0")
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    assert {f"{name}={value}" for name, value in ONE_THREAD.items()} <= set(environ)
    assert dict(os.environ) == before
    assert not [child for child in multiprocessing.active_children() if child.pid == pid]


def learnt(store: Store, job_id: int) -> float:
    """Passes that a training has done."""
    return max((point.passes for point in store.curves.get(job_id)), default=0.0)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_worker_killed_in_a_training_is_replaced_and_the_training_goes_on(library: Store) -> None:
    options = {**TINY["options"], "passes": 4, "processes": 2}
    job_id = library.jobs.add("train", {**TINY, "options": options})
    with Worker(library.folder) as worker:
        until(lambda: learnt(library, job_id) > 1)
        pid = worker.process.pid
        assert pid is not None
        helpers = children(pid)
        os.kill(pid, signal.SIGKILL)
        assert helpers
        until(lambda: not any(Path(f"/proc/{helper}").exists() for helper in helpers))
        reached, state = learnt(library, job_id), trainings.folder(library, job_id) / "state.pt"
        assert job(library, job_id).state == "done" or state.exists()
        ended = done(library, job_id)
        until(lambda: not trainings.folder(library, job_id).exists())
    assert ended.state == "done", ended.error
    assert reached < learnt(library, job_id) == options["passes"]
    assert [student.name for student in library.students.list()] == [ended.result["student"]]


def test_a_chain_whose_worker_is_killed_at_every_stage_ends_with_one_whole_student(library: Store) -> None:
    job_id, killed = library.jobs.add("train", TINY), set[str]()

    def at(stage: str) -> bool:
        now, taken = job(library, job_id), library.journal.stages(job_id)
        here = bool(taken) and taken[-1].name == stage and now.worker not in killed
        return now.state != "queued" and (here or now.state != "running")

    with Worker(library.folder):
        for stage in stages.TITLES:
            until(partial(at, stage))
            worker = job(library, job_id).worker
            assert job(library, job_id).state == "running", stage
            os.kill(int(worker), signal.SIGKILL)
            killed.add(worker)
        ended = done(library, job_id)
    assert ended.state == "done", ended.error
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


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc")
def test_no_torch_is_loaded_until_a_training_starts(store: Store, sounds: Path) -> None:
    with Worker(store.folder) as worker:
        done(store, store.jobs.add("import", {"folder": str(sounds)}))
        assert "libtorch" not in Path(f"/proc/{worker.process.pid}/maps").read_text()
