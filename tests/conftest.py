"""The bundled sample clips, decoded once; properties have no deadline, for no test asserts a time.

Two processes share the tests out by file, and one of them has all that want a browser, for there is one of these.
"""

from pathlib import Path

import pytest
from hypothesis import settings

from engine import audio
from engine.onnx_model import ASSETS
from engine.types import Floats

settings.register_profile("etude", deadline=None)
settings.load_profile("etude")

SAMPLES = sorted((ASSETS / "samples").glob("*.flac"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        group = "browser" if item.path.parent.name == "browser" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    assert len(SAMPLES) >= 6
    return SAMPLES


@pytest.fixture(scope="session")
def samples(sample_files: list[Path]) -> dict[str, Floats]:
    """A synthetic voice, by the clip's name."""
    return {path.stem: audio.read(path) for path in sample_files}


@pytest.fixture(scope="session")
def voice(samples: dict[str, Floats]) -> Floats:
    """One clip of it."""
    return samples["matter_of_fact"]
