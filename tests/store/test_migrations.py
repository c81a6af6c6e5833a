import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from store.db import Store
from store.migrations import history
from store.records import ClipRecord

with Database(memory=True) as empty:
    STEPS = [step.name for step in history.pending(empty)]

ROWS = {  # one row for each table, as each version could hold it
    "clips": {
        **dict.fromkeys(["id", "name", "corpus", "speaker", "language", "category", "split", "licence", "source"], "c"),
        **dict.fromkeys(["duration_s", "peak", "rms", "added_at"], 0.5),
        "search": "c",
    },
    "labels": {
        "clip_id": "c",
        "teacher": "t",
        "fingerprint": "f",
        "trace": b"",
        **dict.fromkeys(["hop_s", "window_s", "duration_s", "speech_s", "made_at"], 0.5),
    },
    "corrections": {
        "clip_id": "c",
        "rater": "r",
        "verdict": "skip",
        "blind": 0,
        "seconds": 1.0,
        "note": "",
        "made_at": 1.0,
    },
    "jobs": {"kind": "import", "arguments": "{}", "state": "queued", "created_at": 0.5},
    "students": {
        **dict.fromkeys(["name", "data_fingerprint", "file", "licence"], "s"),
        "spec": '{"architecture": "wav2small"}',
        "metrics": "{}",
        "live": 1,
        "created_at": 0.5,
    },
}


@pytest.mark.parametrize("step", [*STEPS, None])
def test_every_earlier_version_is_brought_up_to_date_with_its_rows(tmp_path: Path, step: str | None) -> None:
    with Database(tmp_path / "etude.db") as old:
        history.apply(old, stop_before=step)
        held = [table for table in ROWS if table in old.table_names()]
        for table in held:
            old.table(table).insert(ROWS[table])
    with Store(tmp_path) as store:
        assert not history.pending(store._connections.db)
        for table in held:
            assert store._connections.db.table(table).count == 1
        clips = ["c"] if "clips" in held else []
        assert [clip.id for clip in store.clips.find()] == clips
        assert list(store.labels.for_clips(["c"], "t")) == (["c"] if "labels" in held else [])
        assert len(store.corrections.history("c")) == ("corrections" in held)
        assert (store.jobs.claim("w") is not None) == ("jobs" in held)
        assert (store.students.live() is not None) == ("students" in held)


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    schemas = []
    for _ in range(2):
        with Store(tmp_path) as store:
            schemas.append(store._connections.db.schema)
    assert schemas[0] == schemas[1]


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "etude.db").touch()
    with Store(tmp_path) as store:
        assert store.stats()["clips"] == 0


def test_a_newer_etudes_database_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with Database(tmp_path / "etude.db") as db:
        db.table("_sqlite_migrations").insert({"migration_set": "etude", "name": "m999_later", "applied_at": ""})
    with pytest.raises(ValueError, match="newer Etude"):
        Store(tmp_path)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "etude.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(ValueError, match="cannot be opened"):
        Store(tmp_path)


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    with Database(tmp_path / "etude.db") as old:
        history.apply(old, stop_before="m005_students")
        old.execute("CREATE TABLE students (taken)")
    with pytest.raises(ValueError, match="already exists"):
        Store(tmp_path)
    with Database(tmp_path / "etude.db") as old:
        assert [step.name for step in history.pending(old)] == STEPS[STEPS.index("m005_students") :]


def test_the_tables_are_strict(tmp_path: Path) -> None:
    clip = ClipRecord(id="a" * 32, name="", duration_s=b"", peak=0.5, rms=0.1)  # type: ignore[arg-type]
    (tmp_path / "sound").touch()
    with Store(tmp_path / "data") as store, pytest.raises(sqlite3.IntegrityError, match="cannot store BLOB"):
        store.clips.add(clip, tmp_path / "sound")
