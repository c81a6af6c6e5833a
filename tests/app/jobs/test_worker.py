import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from app.jobs import work
from app.jobs.worker import Worker, start, stop
from engine.labelling.pool import ONE_THREAD
from store.db import Store
from tests.working import done, job, lock_is_free, until

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


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads /proc")
def test_no_torch_is_loaded_until_a_training_starts(store: Store, sounds: Path) -> None:
    with Worker(store.folder) as worker:
        done(store, store.jobs.add("import", {"folder": str(sounds)}))
        assert "libtorch" not in Path(f"/proc/{worker.process.pid}/maps").read_text()
