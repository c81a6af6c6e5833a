import json
from pathlib import Path

import pytest

from app.labelling import local, shards
from engine.labelling import shard
from engine.labelling.shard import Shard
from store.db import Store
from tests.app.labelling.conftest import CLIPS
from tests.app.labelling.test_local import end
from tests.engine.labelling.test_shard import rows


@pytest.fixture
def out(store: Store, tmp_path: Path) -> Path:
    """A folder with a manifest."""
    shards.plan(store, tmp_path / "out", "loudness")
    return tmp_path / "out"


def test_a_manifest_lists_what_lacks_a_label_and_stays_as_it_is(store: Store, out: Path, tmp_path: Path) -> None:
    listed = shard.wanted(out, "loudness")
    assert [clip.id for clip in listed] == store.labels.missing("")
    assert all(Path(clip.path).is_file() and clip.duration_s == 0.8 for clip in listed)
    end(local.label(store, "loudness", [clip.id for clip in listed[:8]]))
    shards.plan(store, out, "loudness")
    assert shard.wanted(out, "loudness") == listed
    shards.plan(store, tmp_path / "later", "loudness")
    assert shard.wanted(tmp_path / "later", "loudness") == listed[8:]
    end(local.label(store, "loudness"))
    with pytest.raises(ValueError, match="answered every clip"):
        shards.plan(store, tmp_path / "last", "loudness")
    assert shards.count(out, "loudness") == 1


def test_shards_of_one_process_and_of_two_hold_equal_rows_and_are_made_once(out: Path, tmp_path: Path) -> None:
    known = []
    for processes in (1, 2):
        made = end(shards.every(out, "loudness", 4, processes))
        assert made == {"shards": 4, "skipped": 0, "labelled": CLIPS, "failed": []}
        assert end(shards.every(out, "loudness", 4, processes))["skipped"] == 4
        known.append(rows(out))
        for path in out.glob("*.parquet"):
            path.unlink()
    assert known[0] == known[1] and len(known[0]) == CLIPS


def test_one_shard_is_told_clip_by_clip(out: Path) -> None:
    asked = Shard(str(out), "loudness", 1, 4)
    assert len(list(shards.one(asked))) == 1 + CLIPS // 4
    assert end(shards.one(asked)) == {"shards": 1, "skipped": 1, "labelled": 0, "failed": []}
    assert [path.name for path in out.glob("*.parquet")] == ["loudness-0001-of-0004.parquet"]


def test_where_a_shard_cannot_be_made_the_others_are(out: Path) -> None:
    (out / "loudness-0001-of-0003.parquet").mkdir()
    with pytest.raises(ValueError, match=r"1 of 3 shards could not be made\. .* can't be written"):
        end(shards.every(out, "loudness", 3, 1))
    assert len([path for path in out.glob("*.parquet") if path.is_file()]) == 2
    assert list(out.glob(".*")) == []


def test_a_damaged_manifest_is_told(out: Path) -> None:
    shard.manifest(out, "loudness").write_text(json.dumps({"id": 1}) + "\n")
    with pytest.raises(ValueError, match="delete it"):
        shards.count(out, "loudness")
