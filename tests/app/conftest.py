"""A library that can be taught from, and one in which a student was trained already."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import foreground, trainings
from store.db import Store
from tests import classroom


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a library of ten speakers; to be copied, not used."""
    folder = tmp_path_factory.mktemp("classroom")
    with Store(folder / "data") as store:
        classroom.fill(store, folder / "class")
    return folder / "data"


@pytest.fixture(scope="session")
def finished(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after one training; to be read or copied."""
    folder = tmp_path_factory.mktemp("finished") / "data"
    shutil.copytree(filled, folder)
    with Store(folder) as store:
        list(foreground.run(store, store.jobs.add(trainings.KIND, classroom.TINY)))
    return folder


@pytest.fixture
def library(filled: Path, tmp_path: Path) -> Iterator[Store]:
    """A store of ten speakers."""
    shutil.copytree(filled, tmp_path / "library")
    with Store(tmp_path / "library") as store:
        yield store


@pytest.fixture
def graduated(finished: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with one student."""
    shutil.copytree(finished, tmp_path / "graduated")
    with Store(tmp_path / "graduated") as store:
        yield store
