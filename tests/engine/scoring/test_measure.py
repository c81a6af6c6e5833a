import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.scoring.measure import better, ccc, interval, mae, paired, pearson

values = arrays(np.float64, (20, 3), elements=st.floats(-1, 1, width=32))
shifts = st.floats(-2, 2)
scales = st.floats(0.05, 20)
STATISTICS = (ccc, pearson, mae)


def spread(x):
    """Columns that vary enough for rounding not to matter."""
    return x.std(axis=0) > 1e-3


def raters(clips=200, speakers=12, seed=0):
    """Two raters who share the clip, the speaker, and a bias: x, y [N, 3], and who spoke."""
    rng = np.random.default_rng(seed)
    who = rng.integers(speakers, size=clips)
    x = 0.5 + 0.2 * rng.standard_normal((clips, 3)) + 0.1 * rng.standard_normal((speakers, 3))[who]
    return x, 0.8 * x + 0.15 + 0.1 * rng.standard_normal((clips, 3)), [f"s{number}" for number in who]


def redrawn(speakers, draws, seed):
    """The rows of each draw of whole speakers, by the letter: the slow way, to hold the fast one to."""
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(np.asarray(speakers) == name) for name in sorted(set(speakers))]
    for _ in range(draws):
        yield np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])


@given(values)
def test_a_rater_agrees_with_itself(x):
    varied = x.std(axis=0) > 1e-6
    assert ccc(x, x)[varied] == pytest.approx(1)
    assert pearson(x, x)[varied] == pytest.approx(1)
    assert (mae(x, x) == 0).all()


@given(values, values)
def test_agreement_is_mutual_and_bounded(x, y):
    for statistic in STATISTICS:
        assert statistic(x, y) == pytest.approx(statistic(y, x), abs=1e-6)
    assert (np.abs(pearson(x, y)) <= 1).all()
    assert (np.abs(ccc(x, y)) <= np.abs(pearson(x, y)) + 1e-6).all()


@given(values, values)
def test_the_sums_are_the_textbook_formulas(x, y):
    assert mae(x, y) == pytest.approx(np.abs(x - y).mean(axis=0), abs=1e-6)
    both = spread(x) & spread(y)
    x, y = x[:, both], y[:, both]
    covariance = ((x - x.mean(axis=0)) * (y - y.mean(axis=0))).mean(axis=0)
    apart = (x.mean(axis=0) - y.mean(axis=0)) ** 2
    assert pearson(x, y) == pytest.approx(covariance / (x.std(axis=0) * y.std(axis=0)), abs=1e-6)
    assert ccc(x, y) == pytest.approx(2 * covariance / (x.var(axis=0) + y.var(axis=0) + apart), abs=1e-6)


@given(values, shifts)
def test_a_shift_costs_what_lin_says(x, shift):
    varied = spread(x)
    variance = x.var(axis=0)[varied]
    assert ccc(x, x + shift)[varied] == pytest.approx(2 * variance / (2 * variance + shift**2), abs=1e-5)
    assert mae(x, x + shift) == pytest.approx(abs(shift), abs=1e-6)


@given(values, scales)
def test_a_scale_about_the_mean_costs_what_lin_says(x, scale):
    varied = spread(x)
    y = x.mean(axis=0) + scale * (x - x.mean(axis=0))
    assert ccc(x, y)[varied] == pytest.approx(2 * scale / (1 + scale**2), abs=1e-5)
    assert ccc(x, 2 * x.mean(axis=0) - y)[varied] == pytest.approx(-2 * scale / (1 + scale**2), abs=1e-5)


@given(values, values, shifts, scales)
def test_pearson_does_not_see_shift_and_scale(x, y, shift, scale):
    both = spread(x) & spread(y)
    assert pearson(x, scale * y + shift)[both] == pytest.approx(pearson(x, y)[both], abs=1e-5)
    assert pearson(x, shift - scale * y)[both] == pytest.approx(-pearson(x, y)[both], abs=1e-5)


@pytest.mark.parametrize("value", [0.1, 0.5, 1 / 3, 1e4])
def test_two_constants_do_not_agree(value):
    flat = np.full((7, 3), value)
    assert (ccc(flat, flat) == 0).all()
    assert (ccc(flat, flat + 1) == 0).all()
    assert (ccc(flat, np.arange(21.0).reshape(7, 3)) == 0).all()
    assert (pearson(flat, np.arange(21.0).reshape(7, 3)) == 0).all()
    assert mae(flat, flat + 0.25) == pytest.approx(0.25)


def test_lins_own_kind_of_example():
    x, y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[1.0], [2.0], [3.0], [5.0]])
    assert ccc(x, y)[0] == pytest.approx(2 * 1.625 / (1.25 + 2.1875 + 0.0625))
    assert pearson(x, y)[0] == pytest.approx(1.625 / np.sqrt(1.25 * 2.1875))
    assert mae(x, y)[0] == pytest.approx(0.25)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize(("clips", "speakers"), [(200, 12), (30, 30), (60, 2), (5, 1)])
def test_an_interval_is_that_of_the_plain_bootstrap(statistic, clips, speakers):
    x, y, who = raters(clips, speakers, seed=clips)
    plain = np.percentile([statistic(x[rows], y[rows]) for rows in redrawn(who, 300, seed=3)], [2.5, 97.5], axis=0)
    assert np.stack(interval(x, y, who, statistic, draws=300, seed=3)) == pytest.approx(plain, abs=1e-6)


def test_speakers_who_never_vary_do_not_upset_it():
    x, y, who = raters()
    for name, value in (("s0", 0.1), ("s1", 0.1), ("s2", 0.7)):
        x[np.asarray(who) == name] = y[np.asarray(who) == name] = value
    few = np.isin(who, ["s0", "s1", "s2"])
    x, y, who = x[few], y[few], [name for name, kept in zip(who, few, strict=True) if kept]
    for statistic in STATISTICS:
        plain = [statistic(x[rows], y[rows]) for rows in redrawn(who, 200, seed=0)]
        low, high = np.percentile(plain, [2.5, 97.5], axis=0)
        assert np.stack(interval(x, y, who, statistic, draws=200)) == pytest.approx(np.stack([low, high]), abs=1e-6)
    assert interval(x, y, who)[0] == pytest.approx(0)  # a draw of two who always say .1 tells nothing
    assert interval(x, y, who)[1] == pytest.approx(1)


def test_one_speaker_alone_has_no_interval():
    x, y, _ = raters(20)
    for statistic in STATISTICS:
        assert np.stack(interval(x, y, ["ada"] * 20, statistic)) == pytest.approx(np.stack([statistic(x, y)] * 2))


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


def test_an_unknown_statistic_is_answered_with_the_known_ones():
    x, y, who = raters(20)
    with pytest.raises(ValueError, match="ccc, pearson, mae"):
        interval(x, y, who, np.subtract)


def test_a_pair_is_compared_on_the_same_draws():
    x, y, who = raters()
    worse = x + 0.1 * np.random.default_rng(9).standard_normal(x.shape)
    plain = [ccc(x[rows], y[rows]) - ccc(worse[rows], y[rows]) for rows in redrawn(who, 300, seed=5)]
    low, high = paired(x, worse, y, who, draws=300, seed=5)
    assert np.stack([low, high]) == pytest.approx(np.percentile(plain, [2.5, 97.5], axis=0), abs=1e-6)
    assert (low > 0).all()


def test_a_model_is_no_better_than_itself_and_turned_round_than_the_other():
    x, y, who = raters()
    assert (np.stack(paired(x, x, y, who)) == 0).all()
    other = x[::-1]
    low, high = paired(x, other, y, who)
    assert np.stack(paired(other, x, y, who)) == pytest.approx(np.stack([-high, -low]), abs=1e-6)


def test_how_likely_one_is_better_is_the_part_of_the_draws_that_say_so():
    x, y, who = raters()
    worse = x + 0.1 * np.random.default_rng(9).standard_normal(x.shape)
    plain = np.array([ccc(x[rows], y[rows]) > ccc(worse[rows], y[rows]) for rows in redrawn(who, 300, seed=5)])
    assert better(x, worse, y, who, draws=300, seed=5) == pytest.approx(plain.mean(axis=0), abs=1e-6)
    assert better(x, x, y, who) == pytest.approx(0.5)
