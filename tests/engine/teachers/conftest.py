"""A folder of teachers, empty at first, that Etude is pointed at; and clips of 1 to 12 s."""

import numpy as np
import pytest

from engine.fetching import hub


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv(hub.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def clips(samples):
    """Real ones of nine lengths, in no order, at nine levels."""
    voice = np.tile(np.concatenate([*samples.values()]), 3)
    lengths = (4.2, 1.0, 12.0, 2.37, 9.1, 1.0, 6.66, 3.0, 5.01)
    return [
        voice[place * 20_000 : place * 20_000 + round(16_000 * length)] * (0.3 + place / 10)
        for place, length in enumerate(lengths)
    ]
