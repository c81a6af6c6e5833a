"""A library that can be taught from, and one in which a student was trained already."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.jobs import foreground
from app.training import trainings
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


@dataclass(frozen=True)
class Served:
    """A server in a process of its own: where it is, its data folder, and its folder for what is not kept."""

    url: str
    data: Path
    private: Path

    @property
    def left(self) -> list[str]:
        """The files in its private folder, but for the bundles that gradio_client was given: those stay an hour."""
        files = [path for path in self.private.rglob("*") if path.is_file()]
        return [path.name for path in files if not (path.suffix == ".zip" and len(path.parent.name) == 32)]

    def forgets(self, within_s: float = 60) -> bool:
        """Whether its private folder is empty soon: what was downloaded is deleted a moment after it has arrived."""
        until = time.monotonic() + within_s
        while self.left and time.monotonic() < until:
            time.sleep(0.05)
        return not self.left


@pytest.fixture(scope="session")
def served(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server, with the real worker, of a library with one student."""
    data, temporary = tmp_path_factory.mktemp("served") / "data", tmp_path_factory.mktemp("temporary")
    shutil.copytree(finished, data)
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(data)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        (private,) = temporary.glob("etude-*")
        yield Served(url, data, private)
        process.terminate()
