"""A library of sounds in which people speak, cut from the samples, enough for two processes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.work import import_folder
from engine.sound import audio
from store.db import Store
from tests.conftest import SAMPLES
from tests.sounds import written

CLIPS = 48


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many clips of .8 s."""
    folder = tmp_path_factory.mktemp("voices")
    heard = [audio.read(path) for path in SAMPLES]
    for number in range(CLIPS):
        start = 1600 * (number // len(heard))
        written(folder / f"{number:02}.wav", heard[number % len(heard)][start : start + 12_800])
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Path:
    """The folder of a library that holds them, to be copied."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    with Store(folder) as store:
        list(import_folder(store, voices))
    return folder


@pytest.fixture
def store(tmp_path: Path, filled: Path) -> Iterator[Store]:
    with Store(Path(shutil.copytree(filled, tmp_path / "data"))) as store:
        yield store
