import shutil
from pathlib import Path

import numpy as np
import pytest

from app.labelling import local, shards
from app.labelling.merge import merge
from store.db import Store
from tests.app.labelling.conftest import CLIPS
from tests.app.labelling.test_local import end


@pytest.fixture
def out(store: Store, tmp_path: Path) -> Path:
    """Three shards."""
    shards.plan(store, tmp_path / "out", "loudness")
    end(shards.every(tmp_path / "out", "loudness", 3, 1))
    return tmp_path / "out"


def test_what_was_labelled_in_shards_is_what_is_labelled_here(store: Store, out: Path) -> None:
    with Store(Path(shutil.copytree(store.folder, out / "data"))) as other:
        end(local.label(other, "loudness"))
        assert end(merge(store, out)) == {"merged": CLIPS, "already_there": 0, "refused": []}
        for clip in other.clips.find(limit=CLIPS):
            here, there = other.labels.get(clip.id, "loudness"), store.labels.get(clip.id, "loudness")
            assert here is not None and there is not None
            np.testing.assert_array_equal(there.adv, here.adv)
            np.testing.assert_array_equal(there.trace.values, here.trace.values)
            np.testing.assert_array_equal(there.embedding, here.embedding)
            assert (there.fingerprint, there.speech_s) == (here.fingerprint, here.speech_s)
            assert store.clips.get(clip.id) == clip
    assert end(merge(store, out)) == {"merged": 0, "already_there": CLIPS, "refused": []}
    (rows,) = store._connections.query("SELECT COUNT(*) AS n FROM labels")
    assert rows["n"] == CLIPS


def test_a_bad_file_is_told_and_the_good_ones_come_in(store: Store, out: Path) -> None:
    first, second, _ = sorted(out.glob("*.parquet"))
    second.write_bytes(first.read_bytes()[:-40])
    gone = [clip.id for clip in store.clips.find(limit=5)]
    store.clips.delete(gone)
    result = end(merge(store, out))
    told = {each["path"]: each["reason"] for each in result["refused"]}
    assert "damaged" in told.pop(second.name)
    assert told and all("are not in this library" in reason for reason in told.values())
    labelled = store.stats()["labels"]["loudness"]
    assert result["merged"] == labelled
    assert CLIPS // 3 * 2 - 5 <= labelled <= CLIPS // 3 * 2


def test_what_the_teacher_could_not_hear_is_listed(store: Store, tmp_path: Path) -> None:
    bad = store.clips.find(limit=1)[0]
    store.clips.audio(bad.id).write_bytes(b"no longer audio")
    shards.plan(store, tmp_path / "out", "loudness")
    made = end(shards.every(tmp_path / "out", "loudness", 2, 1))
    assert (made["labelled"], [each["path"] for each in made["failed"]]) == (CLIPS - 1, [bad.source])
    result = end(merge(store, tmp_path / "out"))
    assert (result["merged"], [each["path"] for each in result["refused"]]) == (CLIPS - 1, [bad.source])


def test_a_folder_without_shards_is_told(store: Store, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match="no shard"):
            next(merge(store, folder))
