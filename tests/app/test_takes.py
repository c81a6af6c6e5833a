import os
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from app.takes import KEPT_S, MOST, Takes
from engine.sound.audio import AudioError, read


@pytest.fixture
def takes(tmp_path: Path) -> Takes:
    return Takes(tmp_path / "private" / "takes")


def sound(folder: Path, seed: int = 0, rate: int = 16_000) -> Path:
    path = folder / f"{seed}.wav"
    sf.write(path, np.random.default_rng(seed).normal(0, 0.1, rate // 2), rate)
    return path


def test_a_take_sounds_as_its_source_and_leaves_it_alone(takes: Takes, tmp_path: Path) -> None:
    source = sound(tmp_path, rate=44_100)
    take = takes.add(source, "Mine", "Yesterday.")
    np.testing.assert_array_equal(read(take.path), read(source))
    assert (take.title, take.about, takes.get(take.id)) == ("Mine", "Yesterday.", take)
    assert source.exists()


def test_the_same_sound_is_one_take(takes: Takes, tmp_path: Path) -> None:
    first, again = takes.add(sound(tmp_path), "a"), takes.add(sound(tmp_path), "b")
    assert first.id == again.id
    assert [path.stem for path in takes.folder.iterdir()] == [first.id]
    assert takes.get(first.id) == again


def test_a_file_that_is_no_sound_leaves_nothing(takes: Takes, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError):
        takes.add(tmp_path / "broken.wav", "Broken")
    assert not list(takes.folder.iterdir())


def test_takes_are_private(takes: Takes) -> None:
    assert takes.folder.stat().st_mode & 0o777 == 0o700


def test_what_is_over_an_hour_old_goes(takes: Takes, tmp_path: Path) -> None:
    old, new = takes.add(sound(tmp_path, 1), "old"), takes.add(sound(tmp_path, 2), "new")
    born = new.path.stat().st_mtime
    os.utime(old.path, (born - 60, born - 60))
    takes.sweep(now=born + KEPT_S - 30)
    assert (takes.get(old.id), takes.get(new.id)) == (None, new)
    assert not old.path.exists()


def test_the_oldest_beyond_the_most_go(takes: Takes, tmp_path: Path) -> None:
    first = takes.add(sound(tmp_path), "first")
    os.utime(first.path, (1, 1))
    for number in range(MOST):
        (takes.folder / f"{number:032x}.flac").touch()
    takes.sweep(now=2)
    assert len(list(takes.folder.iterdir())) == MOST
    assert takes.get(first.id) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 32])
def test_an_unknown_name_is_none(takes: Takes, name: str) -> None:
    assert takes.get(name) is None
