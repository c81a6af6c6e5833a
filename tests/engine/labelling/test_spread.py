import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.labelling.spread import BINS, NOWHERE, THIRDS, edges, effective, heavy, placed

labels = arrays(
    np.float32, st.tuples(st.integers(0, 30), st.just(3)), elements=st.floats(-2, 3, width=32) | st.just(np.nan)
)
hours = arrays(np.float64, st.integers(1, 40), elements=st.floats(0.01, 1000))


@given(labels)
def test_every_stated_value_is_in_one_bar_and_no_other(adv):
    ends = edges(adv)
    bars = placed(adv, ends[1:-1])
    assert len(ends) == BINS + 1
    assert ends[0] <= 0 < 1 <= ends[-1]
    np.testing.assert_array_equal(bars == NOWHERE, np.isnan(adv))
    for value, bar in zip(adv[bars != NOWHERE], bars[bars != NOWHERE], strict=True):
        assert ends[bar] - 1e-6 <= value <= ends[bar + 1] + 1e-6


def test_the_scale_is_0_to_1_where_labels_are():
    np.testing.assert_allclose(edges(np.full((4, 3), 0.5, np.float32)), np.linspace(0, 1, BINS + 1))
    np.testing.assert_allclose(edges(np.zeros((0, 3), np.float32)), np.linspace(0, 1, BINS + 1))


def test_thirds():
    adv = np.array([[0.1, 0.5, 0.9], [0.4, 0.6, np.nan]], np.float32)
    np.testing.assert_array_equal(placed(adv, THIRDS), [[0, 1, 2], [1, 2, NOWHERE]])


@given(hours)
def test_speakers_weigh_at_most_their_number_and_as_much_if_equal(amounts):
    assert 1 - 1e-9 <= effective(amounts) <= len(amounts) + 1e-9
    assert effective(amounts) == pytest.approx(effective(7 * amounts))
    assert effective(np.ones(len(amounts))) == pytest.approx(len(amounts))


@given(hours)
def test_few_can_be_heavy_and_none_is_among_equals(amounts):
    assert heavy(amounts).sum() < max(2, np.sqrt(len(amounts)))
    assert not heavy(np.ones(len(amounts))).any()


def test_who_is_heavy():
    assert heavy(np.array([1, 1, 1, 4])).tolist() == [False, False, False, True]
    assert heavy(np.array([5.0])).tolist() == [False]
    assert effective(np.zeros(0)) == 0
