"""Agreement held to published worked examples, to a second way of computing it, and to what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rating.agreement import Agreed, alpha, concordance, icc

NAN = np.nan
# Shrout & Fleiss (1979), table 2: six targets, four judges
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float).T
# Krippendorff (2011), part C: four observers, twelve units, some not observed
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


def names(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def made(raters: int, clips: int, missing: float = 0.0, seed: int = 0) -> np.ndarray:
    """Ratings of known variances: clips 1, raters .04, the rest .25."""
    random = np.random.default_rng(seed)
    truth, bias = random.normal(size=clips), 0.2 * random.normal(size=(raters, 1))
    ratings = truth + bias + 0.5 * random.normal(size=(raters, clips))
    return np.where(random.random((raters, clips)) < missing, NAN, ratings)


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    one, many = icc(SHROUT_FLEISS, names(6))
    assert (round(one.value, 3), round(many.value, 3), one.n) == (0.290, 0.620, 6)
    assert one.low <= one.value <= one.high and many.low <= many.value <= many.high


def test_alpha_is_that_of_krippendorff() -> None:
    found = alpha(KRIPPENDORFF, names(12))
    assert (round(found.value, 3), found.n) == (0.849, 11)  # the twelfth unit has one observer
    assert found.low <= found.value <= found.high


def test_ccc_is_that_of_lins_definition() -> None:
    x, y = made(2, 50)
    spread = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    found = concordance(x, y, names(50))
    assert found.value == pytest.approx(2 * np.cov(x, y, bias=True)[0, 1] / spread, abs=1e-5)
    assert found.n == 50
    assert concordance(np.r_[x, 5.0, NAN], np.r_[y, NAN, 7.0], names(52)) == found


def test_missing_ratings_are_left_to_least_squares_over_clips_and_raters() -> None:
    ratings = made(4, 30, missing=0.4, seed=3)
    ratings = ratings[:, np.isfinite(ratings).sum(axis=0) >= 2]
    raters, clips = np.nonzero(np.isfinite(ratings))
    y = ratings[raters, clips]
    of_clips, of_raters = np.eye(ratings.shape[1])[clips], np.eye(4)[raters]

    def left(design: np.ndarray) -> float:
        return float(((y - design @ np.linalg.lstsq(design, y)[0]) ** 2).sum())

    both = np.hstack([of_clips, of_raters])
    rank = np.linalg.matrix_rank(both)
    noise = left(both) / (len(y) - rank)
    clip = (left(of_raters) - left(both) - (rank - 4) * noise) / (len(y) - 4)
    rater = (left(of_clips) - left(both) - (rank - ratings.shape[1]) * noise) / (len(y) - ratings.shape[1])
    one, many = icc(ratings, names(ratings.shape[1]))
    assert one.value == pytest.approx(clip / (clip + rater + noise))
    k = ratings.shape[1] / (1 / np.isfinite(ratings).sum(axis=0)).sum()
    assert many.value == pytest.approx(clip / (clip + (rater + noise) / k))


def test_missing_ratings_do_not_move_it_far() -> None:
    whole, part = (icc(made(5, 2000, missing), names(2000))[0] for missing in (0, 0.5))
    assert whole.value == pytest.approx(part.value, abs=0.03)
    assert part.low < whole.value < part.high


@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_truth_and_shrink_with_more_clips(seed: int) -> None:
    few, many = (made(3, count, seed=seed) for count in (40, 1000))
    for statistic in (alpha, lambda ratings, groups: icc(ratings, groups)[0]):
        wide, narrow = (statistic(each, names(each.shape[1])) for each in (few, many))
        assert narrow.high - narrow.low < wide.high - wide.low
        assert wide.low - 0.05 < narrow.value < wide.high + 0.05


def test_speakers_are_drawn_whole() -> None:
    ratings = made(3, 200)
    clips, speakers = alpha(ratings, names(200)), alpha(ratings, [str(number // 50) for number in range(200)])
    assert clips.value == pytest.approx(speakers.value)
    assert (clips.low, clips.high) != (speakers.low, speakers.high)
    alone = alpha(ratings, ["ada"] * 200)
    assert alone.low == alone.high == alone.value


@given(st.permutations(range(4)), st.floats(0.5, 20), st.floats(-5, 5))
def test_order_of_raters_unit_and_origin_change_nothing(order: list[int], unit: float, origin: float) -> None:
    before = made(4, 12, missing=0.2)
    after = unit * before[order] + origin
    for statistic in (alpha, lambda ratings, groups: icc(ratings, groups)[0]):
        assert statistic(after, names(12)).value == pytest.approx(statistic(before, names(12)).value, abs=1e-6)


def test_who_agree_agree() -> None:
    same = np.tile(np.linspace(0, 1, 9), (3, 1))
    for found in (*icc(same, names(9)), alpha(same, names(9)), concordance(same[0], same[1], names(9))):
        assert found.value == pytest.approx(1)
    noise = np.random.default_rng(0).normal(size=(3, 3000))
    for found in (icc(noise, names(3000))[0], alpha(noise, names(3000))):
        assert abs(found.value) < 0.05


def test_what_can_not_be_told_is_not() -> None:
    def untold(found: Agreed) -> bool:
        return bool(np.isnan(found.value))

    nobody = np.full((3, 5), NAN)
    apart = np.array([[0.1, 0.2, NAN, NAN], [NAN, NAN, 0.3, 0.4]])  # no clip in common
    for ratings in (nobody, apart):
        assert all(map(untold, (*icc(ratings, names(len(ratings[0]))), alpha(ratings, names(len(ratings[0]))))))
        assert untold(concordance(ratings[0], ratings[1], names(len(ratings[0]))))
    assert untold(alpha(np.full((2, 5), 0.5), names(5)))  # a constant
