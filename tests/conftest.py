"""The bundled sample clips, decoded once; properties have no deadline, for no test asserts a time.

Two processes share the tests out by file, and one of them has all that want a browser, for there is one of these.
"""

from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.types import Floats

settings.register_profile("etude", deadline=None)
settings.load_profile("etude")

SAMPLES = sorted((ASSETS / "samples").glob("*.flac"))


class Shares(LoadScopeScheduling):
    """Who gets which tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if "/browser/" in file else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    return Shares(config, log)


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
