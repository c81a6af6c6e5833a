import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.measure import ccc, interval

values = arrays(np.float64, (20, 3), elements=st.floats(-1, 1, width=32))


@given(values)
def test_a_rater_agrees_with_itself(x):
    varied = x.std(axis=0) > 1e-6
    assert ccc(x, x)[varied] == pytest.approx(1)


@given(values, values)
def test_agreement_is_mutual_and_bounded(x, y):
    assert ccc(x, y) == pytest.approx(ccc(y, x), abs=1e-6)
    assert (np.abs(ccc(x, y)) <= 1 + 1e-6).all()


def test_shift_and_scale_cost_what_lin_says():
    x = np.random.default_rng(0).standard_normal((500, 1))
    x = (x - x.mean()) / x.std()
    assert ccc(x, x + 1) == pytest.approx(2 / (2 + 1))
    assert ccc(x, 2 * x) == pytest.approx(2 * 2 / (1 + 4))
    assert ccc(x, -x) == pytest.approx(-1)


def test_two_constants_do_not_agree():
    assert ccc(np.full((5, 3), 0.5), np.full((5, 3), 0.5)) == pytest.approx(0)


def test_lins_own_kind_of_example():
    x, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[1.0], [2.0], [3.0], [5.0]])
    assert ccc(x, y)[0] == pytest.approx(2 * 1.625 / (1.25 + 2.1875 + 0.0625))


def test_interval_holds_the_estimate_and_narrows_with_speakers():
    rng = np.random.default_rng(0)
    widths = []
    for speakers in (4, 64):
        x = rng.standard_normal((speakers * 10, 3))
        y = x + rng.standard_normal((speakers * 10, 3)) * 0.5
        low, high = interval(x, y, [f"s{i // 10}" for i in range(len(x))])
        assert (low <= ccc(x, y)).all()
        assert (ccc(x, y) <= high).all()
        widths.append((high - low).mean())
    assert widths[1] < widths[0] / 2
