import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.labelling import shard
from engine.labelling.shard import Shard, Wanted

TEACHER = "loudness"


@pytest.fixture
def folder(tmp_path: Path, sample_files: list[Path]) -> Path:
    """A manifest of the samples, and of one that is not there."""
    clips = [Wanted(path.stem, str(path), path.name, 5.0) for path in sample_files]
    write(tmp_path, [*clips, Wanted("lost", str(tmp_path / "lost.wav"), "lost.wav", 1.0)])
    return tmp_path


def write(folder: Path, clips: list[Wanted]) -> None:
    lines = [json.dumps(asdict(clip)) for clip in clips]
    shard.manifest(folder, TEACHER).write_text("\n".join(lines) + "\n")


def rows(folder: Path) -> list[dict[str, Any]]:
    """All answers, but for when they were given, by clip."""
    found = [row for path in folder.glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    return sorted(({**row, "made_at": 0.0} for row in found), key=lambda row: str(row["clip_id"]))


def test_shards_hold_the_same_rows_however_many_they_are(folder: Path) -> None:
    known = []
    for of in (1, 2, 4):
        made = [shard.make(Shard(str(folder), TEACHER, number, of)) for number in range(of)]
        assert sum(each["labelled"] for each in made) == len(shard.wanted(folder, TEACHER)) - 1
        assert [one["path"] for each in made for one in each["failed"]] == ["lost.wav"]
        known.append(rows(folder))
        for path in folder.glob("*.parquet"):
            path.unlink()
    assert known[0] == known[1] == known[2]
    assert [row["reason"] for row in known[0] if row["arousal"] is None] == [
        "There is no such file; check its name and folder."
    ]


def test_what_is_there_is_left_alone_and_what_is_not_as_it_should_be_is_made_again(folder: Path) -> None:
    asked = Shard(str(folder), TEACHER, 0, 2)
    assert not shard.make(asked)["skipped"]
    before = asked.file.stat().st_mtime_ns
    assert shard.make(asked)["skipped"]
    assert asked.file.stat().st_mtime_ns == before
    whole = asked.file.read_bytes()
    asked.file.write_bytes(whole[: len(whole) // 2])
    assert not shard.make(asked)["skipped"]
    write(folder, shard.wanted(folder, TEACHER)[2:])
    assert not shard.make(asked)["skipped"]


def test_a_shard_that_is_dropped_halfway_leaves_nothing_and_one_that_is_whole_clears_up_after_killed_ones(
    folder: Path,
) -> None:
    asked = Shard(str(folder), TEACHER, 0, 1)
    steps = shard.making(asked)
    assert [next(steps)[0] for _ in range(3)] == [0, 1, 2]
    (part,) = folder.glob(".*.part")
    steps.close()
    assert not part.exists() and not asked.file.exists()
    part.write_bytes(b"of a process that was killed")
    shard.make(asked)
    assert list(folder.glob(".*")) == []


def test_a_missing_and_a_damaged_manifest_are_told(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"manifest .* can't be read"):
        shard.make(Shard(str(folder / "nowhere"), TEACHER, 0, 1))
    with pytest.raises(ValueError, match="no teacher called"):
        shard.make(Shard(str(folder), "nobody", 0, 1))
    shard.manifest(folder, TEACHER).write_text('{"id": "a"}\n')
    with pytest.raises(ValueError, match="damaged"):
        shard.make(Shard(str(folder), TEACHER, 0, 1))


def test_a_file_that_is_none_states_nothing(folder: Path) -> None:
    assert shard.stated(folder / "nowhere.parquet") is None
    (folder / "x.parquet").write_bytes(b"PAR1 and nothing")
    assert shard.stated(folder / "x.parquet") is None
