import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.streaming.pooling import Pooling, means

RNG = np.random.default_rng(0)
WEIGHTS = (30 * RNG.standard_normal((50, 4))).astype(np.float32)
VALUES = RNG.standard_normal((2, 50, 4)).astype(np.float32)


@given(cuts=st.lists(st.integers(1, 49), unique=True))
def test_tokens_that_come_one_by_one_are_pooled_as_all_at_once(cuts):
    pooling = Pooling()
    for part in np.split(np.arange(50), sorted(cuts)):
        pooling.add(WEIGHTS[part], *(each[part] for each in VALUES))
    for one, other in zip(pooling.means(), means(WEIGHTS, *VALUES), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_equal_weights_give_the_mean_and_a_large_one_its_value():
    assert means(np.zeros((50, 4), np.float32), VALUES[0])[0] == pytest.approx(VALUES[0].mean(axis=0), abs=1e-6)
    weights = np.zeros((50, 4), np.float32)
    weights[7] = 1e4
    pooling = Pooling()
    assert pooling.means() == []
    for row in range(50):
        pooling.add(weights[row : row + 1], VALUES[0, row : row + 1])
    assert pooling.means()[0] == pytest.approx(VALUES[0, 7])
