"""Several people's answers as one: what must hold of every method, and what each is for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.rating.fusion import METHODS, SHARED, ewe, mean, median, weights

NAN = np.nan
VALUES = st.floats(0, 1) | st.just(NAN)
every = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
some = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 30), st.just(3)), elements=VALUES)


def raters(*noise: float, clips: int = 60) -> np.ndarray:
    """Raters of one truth, each with so much noise of their own."""
    random = np.random.default_rng(0)
    truth = random.random((clips, 3))
    return np.stack([truth + level * random.normal(size=truth.shape) for level in noise])


@every
@given(some)
def test_it_lies_among_what_was_said_and_is_nothing_where_nobody_said_anything(method, ratings) -> None:
    found = method(ratings)
    said = np.isfinite(ratings)
    assert found.shape == ratings.shape[1:]
    assert (np.isfinite(found) == said.any(axis=0)).all()
    low, high = np.where(said, ratings, np.inf).min(axis=0), np.where(said, ratings, -np.inf).max(axis=0)
    known = np.isfinite(found)
    assert (found[known] >= low[known] - 1e-12).all() and (found[known] <= high[known] + 1e-12).all()


@every
@given(some)
def test_one_rater_is_that_rater(method, ratings) -> None:
    np.testing.assert_array_equal(method(ratings[:1]), ratings[0])


@every
@given(some, st.randoms())
def test_the_order_of_raters_does_not_matter(method, ratings, random) -> None:
    order = random.sample(range(len(ratings)), len(ratings))
    np.testing.assert_allclose(method(ratings[order]), method(ratings), atol=1e-12)


@every
@given(arrays(np.float64, (20, 3), elements=VALUES), st.integers(1, 5))
def test_equal_answers_stay_what_they_are(method, answer, count) -> None:
    np.testing.assert_allclose(method(np.tile(answer, (count, 1, 1))), answer, atol=1e-12)


def test_each_does_what_it_is_called() -> None:
    said = np.array([[[0.1, 0.2, NAN]], [[0.3, 0.2, 0.5]], [[0.8, NAN, 0.7]]])
    assert mean(said) == pytest.approx(np.array([[0.4, 0.2, 0.6]]))
    assert median(said) == pytest.approx(np.array([[0.3, 0.2, 0.6]]))
    assert ewe(said) == pytest.approx(mean(said))  # of one clip nobody's weight is known


def test_who_rates_at_random_weighs_less_and_who_contradicts_nothing() -> None:
    good = raters(0.05, 0.1, 0.1)
    random = np.random.default_rng(1).random((1, 60, 3))
    found = weights(np.concatenate([good, random, 1 - good[:1]]))
    assert (found[:3] > 0.5).all()
    assert (found[3] < 0.4).all()
    assert (found[4] == 0).all()
    truth = raters(0.0)[0]
    alike = np.concatenate([good, random])
    assert np.abs(ewe(alike) - truth).mean() < 0.7 * np.abs(mean(alike) - truth).mean()


def test_the_weight_is_the_correlation_with_the_mean_of_the_others() -> None:
    said = raters(0.1, 0.2, 0.3)
    for axis in range(3):
        others = said[1:, :, axis].mean(axis=0)
        assert weights(said)[0, axis] == pytest.approx(np.corrcoef(said[0, :, axis], others)[0, 1])


def test_who_is_not_known_counts_like_the_average() -> None:
    said = raters(0.1, 0.2, 0.3)
    said[2, SHARED - 1 :] = NAN
    found = weights(said)
    assert found[2] == pytest.approx(found[:2].mean(axis=0))


def test_where_nobody_has_a_weight_it_is_the_mean() -> None:
    said = raters(0.0)
    both = np.concatenate([said, 1 - said])
    assert (weights(both) == 0).all()
    assert ewe(both) == pytest.approx(mean(both))
