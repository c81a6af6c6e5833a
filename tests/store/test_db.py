import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from store.connections import Connections
from store.db import SCRATCH_S, Store
from store.records import ClipRecord

Put = Callable[..., ClipRecord]


def test_the_folder_is_its_owners_only(tmp_path: Path) -> None:
    with Store(tmp_path / "a" / "b") as store:
        assert store.folder.stat().st_mode & 0o777 == 0o700
        assert (store.folder / "etude.db").is_file()


def test_a_folder_that_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="cannot be used"):
        Store(tmp_path / "file")


def test_what_each_connection_is_set_to(store: Store) -> None:
    asked = {
        name: store._connections.query(f"PRAGMA {name}")[0] for name in ("journal_mode", "foreign_keys", "synchronous")
    }
    assert [next(iter(row.values())) for row in asked.values()] == ["wal", 1, 1]
    assert store._connections.query("PRAGMA busy_timeout")[0]["timeout"] == 30_000


def test_two_threads_have_two_connections_and_see_each_others_work(store: Store, put: Put) -> None:
    here, clip = store._connections.db, put(1)
    seen: list[object] = []

    def there() -> None:
        seen.append(store._connections.db)
        seen.append(store.clips.get(clip.id))
        store.jobs.add("import", {})

    thread = threading.Thread(target=there)
    thread.start()
    thread.join()
    assert seen[0] is not here
    assert seen[1] == clip
    assert len(store.jobs.list()) == 1


def test_connections_of_threads_that_ended_are_closed(store: Store) -> None:
    for _ in range(5):
        thread = threading.Thread(target=store.stats)
        thread.start()
        thread.join()
    assert len(store._connections._open) <= 2


def test_threads_that_write_at_once_lose_nothing(store: Store) -> None:
    def add() -> None:
        for _ in range(25):
            store.jobs.add("import", {})
            with store._connections.writing():
                (row,) = store._connections.query("SELECT COUNT(*) AS n FROM refusals")
                store.jobs.refuse(None, str(row["n"]), "")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.jobs.list(1000)) == len(store.jobs.refusals(None)) == 100


def test_what_fails_in_a_transaction_leaves_no_trace(store: Store) -> None:
    def fail() -> None:
        with store._connections.writing():
            store.jobs.add("import", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.jobs.list() == []


def test_processes_may_open_a_new_folder_all_at_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from store.db import Store; Store(Path(sys.argv[1])).close()"
    here = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(tmp_path / "new")]
    openers = [subprocess.Popen(command, stderr=-1, text=True, env=here) for _ in range(4)]
    assert [opener.communicate(timeout=60)[1] for opener in openers] == [""] * 4


def test_a_closed_store_opens_again_when_it_is_used(store: Store) -> None:
    store.close()
    assert store.stats()["clips"] == 0


def test_what_an_interrupted_block_left_goes_when_the_store_is_closed(tmp_path: Path) -> None:
    with Store(tmp_path) as store, Store(tmp_path) as other:
        blocks = [store.scratch(), other.scratch()]
        path, others = (block.__enter__() for block in blocks)  # and no exit: a signal came between
        store.close()
        assert (path.parent.exists(), others.parent.exists()) == (False, True)


def test_scratch_is_gone_at_the_end_whatever_happens(store: Store) -> None:
    def fail() -> None:
        with store.scratch() as file:
            file.write_bytes(b"voice")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list((store.folder / "scratch").iterdir()) == []


def test_old_scratch_is_dropped_at_the_next_start_and_young_is_not(store: Store) -> None:
    for name, age_s in [("old", SCRATCH_S + 60), ("young", 0)]:
        folder = store.folder / "scratch" / name
        folder.mkdir()
        (folder / "clip.flac").write_bytes(b"voice")
        os.utime(folder, (time.time() - age_s,) * 2)
    Store(store.folder).close()
    assert [path.name for path in (store.folder / "scratch").iterdir()] == ["young"]


def test_stats_count_everything(store: Store, put: Put) -> None:
    assert store.stats() == {
        **dict.fromkeys(["clips", "hours", "speakers", "corpora", "corrections", "students"], 0),
        "labels": {},
        "jobs": {},
    }
    for number in range(4):
        put(number, duration_s=1800.0, corpus="emo", speaker=f"s{number % 2}" if number else "")
    store.jobs.add("import", {})
    stats = store.stats()
    assert [stats[name] for name in ("clips", "hours", "speakers", "corpora", "jobs")] == [4, 2.0, 2, 1, {"queued": 1}]


def test_a_database_that_cannot_be_opened_leaves_no_connection(tmp_path: Path) -> None:
    (tmp_path / "etude.db").write_bytes(b"no database at all" * 100)
    connections = Connections(tmp_path / "etude.db")
    with pytest.raises(Exception, match="not a database"):
        connections.migrate()
    assert connections._open == {}
