import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.streaming.moments import Moments

SAMPLES = (np.random.default_rng(0).standard_normal(1000) * np.linspace(0, 1, 1000) + 0.3).astype(np.float32)


@given(cuts=st.lists(st.integers(0, 1000)))
def test_pieces_have_the_mean_and_variance_of_the_whole(cuts):
    moments = Moments()
    for piece in np.split(SAMPLES, sorted(cuts)):
        moments.add(piece)
    whole = SAMPLES.astype(np.float64)
    assert (moments.count, moments.mean) == (1000, pytest.approx(whole.mean(), abs=1e-12))
    assert moments.variance == pytest.approx(whole.var(), abs=1e-12)
