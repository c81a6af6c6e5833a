"""A scale that moves while somebody rates is told from one that does not."""

import numpy as np
import pytest

from engine.rating.drift import LEAST, MOST, change, stretches


def made(count: int, slope: float, noise: float = 0.1) -> np.ndarray:
    """Differences of three axes, of which only the first moves, by `slope` from one end to the other."""
    random = np.random.default_rng(0)
    moving = np.linspace(0, slope, count)[:, None] * [1, 0, 0]
    return moving + noise * random.normal(size=(count, 3))


def test_stretches_hold_every_rating_once() -> None:
    apart = made(103, 0.5)
    places, means = stretches(apart)
    assert len(places) == min(MOST, 103 // LEAST) == len(means)
    assert (np.diff(places) > 0).all() and places[0] >= 1 and places[-1] <= 103
    sizes = [len(part) for part in np.array_split(apart, len(places))]
    assert np.average(means, axis=0, weights=sizes) == pytest.approx(apart.mean(axis=0))


def test_of_few_ratings_nothing_is_drawn() -> None:
    places, means = stretches(made(LEAST - 1, 1))
    assert (len(places), means.shape) == (0, (0, 3))


def test_what_moves_is_told_from_what_does_not() -> None:
    arousal, dominance, valence = change(made(200, 0.4))
    assert arousal.low < 0.2 < arousal.high and arousal.low > 0.1
    for still in (dominance, valence):
        assert still.low < 0 < still.high
        assert still.n == 200


def test_the_interval_is_that_of_two_means() -> None:
    apart = made(60, 0.2)
    first, second = apart[:30, 0], apart[30:, 0]
    reach = 1.96 * np.sqrt(first.var(ddof=1) / 30 + second.var(ddof=1) / 30)
    found = change(apart)[0]
    assert found.value == pytest.approx(second.mean() - first.mean())
    assert (found.low, found.high) == pytest.approx((found.value - reach, found.value + reach))


def test_what_was_not_said_is_left_out() -> None:
    apart = made(60, 0.2)
    apart[::3, 1] = np.nan
    apart[:, 2] = np.nan
    assert [each.n for each in change(apart)] == [60, 40, 0]
    assert np.isnan(change(apart)[2].value)
    assert np.isnan(stretches(apart)[1][:, 2]).all()
    assert np.isnan(change(apart[:1])[0].value)
