"""How far raters agree on one axis: CCC of two of them, ICC and Krippendorff's alpha of all.

Who did not rate a clip is NaN there; clips with fewer than two ratings tell nothing of agreement and are left out.
Everything follows from sums over clips, so a 95 % interval sums each group of clips (a speaker's) once and then only
draws groups, with replacement: it says what other clips would do, and not what other raters would.

The formulas are written here since `krippendorff` and `pingouin` are under GPL-3, which Etude can't depend on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.scoring.measure import ccc, interval

DRAWS = 1000
AT_ONCE = 2**21  # numbers of draws held in memory
SPECK = 1e-9  # of the largest eigenvalue: below it a direction is none

Doubles = npt.NDArray[np.float64]
Statistic = Callable[[Doubles], Doubles]


@dataclass(frozen=True)
class Agreed:
    """A statistic, its 95 % interval, and from how many clips; NaN: it can't be told."""

    value: float
    low: float
    high: float
    n: int


NOTHING = Agreed(np.nan, np.nan, np.nan, 0)


def concordance(x: np.ndarray, y: np.ndarray, groups: Sequence[str]) -> Agreed:
    """Concordance correlation coefficient of two raters, or models, on the clips that both answered (Lin 1989).

    Shape:
        x, y: [N], groups: N names, of speakers for example.
    """
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 2:
        return _few(int(both.sum()))
    names = [name for name, kept in zip(groups, both.tolist(), strict=True) if kept]
    pair = x[both, None], y[both, None]
    low, high = interval(*pair, names, draws=_draws(len(set(names))))
    return Agreed(float(ccc(*pair)[0]), float(low[0]), float(high[0]), int(both.sum()))


def icc(ratings: np.ndarray, groups: Sequence[str]) -> tuple[Agreed, Agreed]:
    """Intraclass correlations ICC(2,1) and ICC(2,k): absolute agreement of one rater, and of the mean of k.

    Shrout & Fleiss (1979), cases 2 and 2,k; ICC(A,1) and ICC(A,k) of McGraw & Wong (1996), case 2. Both ask for every
    rating of every clip. Where some are missing the variances of clips, raters and the rest come from Henderson's
    third method (1953; Searle, Casella & McCulloch 1992, ch. 5), which gives the very same where none is; k is then
    the harmonic mean of the ratings a clip has.

    Shape:
        ratings: [K, N], K raters of N clips, groups: N names.
    """
    return _drawn(ratings, groups, _icc_sums, lambda totals: _icc(totals, len(ratings)))


def alpha(ratings: np.ndarray, groups: Sequence[str]) -> Agreed:
    """Krippendorff's alpha for interval data, with missing ratings (Krippendorff 2011, "Computing Krippendorff's
    Alpha-Reliability").

    Shape:
        ratings: [K, N], K raters of N clips, groups: N names.
    """
    return _drawn(ratings, groups, _alpha_sums, _alpha)[0]


def _few(clips: int) -> Agreed:
    return Agreed(np.nan, np.nan, np.nan, clips)


def _drawn(
    ratings: np.ndarray, groups: Sequence[str], sums: Callable[[Doubles], Doubles], statistic: Statistic
) -> tuple[Agreed, Agreed]:
    """Statistics of sums over clips, [..., P] -> [..., 1 or 2], and what they are where groups are drawn."""
    used = np.isfinite(ratings).sum(axis=0) >= 2
    clips = int(used.sum())
    if clips < 2:
        return _few(clips), _few(clips)
    known = np.asarray(ratings, np.float64)[:, used]
    names, place = np.unique(np.asarray(groups)[used], return_inverse=True)
    parts = sums(known - np.nanmean(known))
    grouped = np.zeros((len(names), parts.shape[1]))
    np.add.at(grouped, place, parts)
    values = statistic(grouped.sum(axis=0))
    ends = _ends(np.concatenate([statistic(block) for block in _blocks(grouped)])) if len(names) > 1 else [values] * 2
    found = [Agreed(float(values[k]), float(ends[0][k]), float(ends[1][k]), clips) for k in range(len(values))]
    return found[0], found[-1]


def _blocks(grouped: Doubles) -> list[Doubles]:
    """Sums over as many groups as there are, drawn with replacement, some draws at once."""
    count, random = len(grouped), np.random.default_rng(0)
    draws = _draws(count)
    sizes = [min(AT_ONCE // count + 1, draws - begun) for begun in range(0, draws, AT_ONCE // count + 1)]
    return [random.multinomial(count, np.full(count, 1 / count), size) @ grouped for size in sizes]


def _draws(groups: int) -> int:
    """Fewer of many groups: their interval is narrow, and each draw takes its time."""
    return max(DRAWS // 10, min(DRAWS, AT_ONCE // groups))


def _ends(values: Doubles) -> Doubles:
    """The ends of the middle 95 % of each column, of the draws that could be told."""
    columns = [column[np.isfinite(column)] for column in values.T]
    ends = [np.percentile(each, [2.5, 97.5]) if len(each) else np.full(2, np.nan) for each in columns]
    return np.array(ends).T


def _alpha_sums(y: Doubles) -> Doubles:
    """Of each clip: ratings, their sum, their squares, and what Krippendorff calls observed disagreement, [N, 4]."""
    rated = np.isfinite(y).sum(axis=0).astype(np.float64)
    total, square = np.nansum(y, axis=0), np.nansum(y**2, axis=0)
    return np.stack([rated, total, square, 2 * (rated * square - total**2) / (rated - 1)], axis=1)


def _alpha(totals: Doubles) -> Doubles:
    rated, total, square, apart = np.moveaxis(totals, -1, 0)
    expected = 2 * (rated * square - total**2) / (rated - 1)
    spread = expected > SPECK * square
    share = np.divide(apart, expected, out=np.full_like(apart, np.nan), where=spread)
    return np.asarray(1 - share[..., None], np.float64)


def _icc_sums(y: Doubles) -> Doubles:
    """Of each clip what the three variances need, [N, 4 + 4 K + K * K]; the least squares have the clips taken out."""
    here = np.isfinite(y)
    rated = here.sum(axis=0).astype(np.float64)
    filled = np.where(here, y, 0.0)
    mean = filled.sum(axis=0) / rated
    apart = np.where(here, y - mean, 0.0)  # from the clip's mean
    flags = here.astype(np.float64)
    normal = np.einsum("kn,kj->nkj", flags, np.eye(len(y))) - np.einsum("kn,jn,n->nkj", flags, flags, 1 / rated)
    plain = np.stack([np.ones_like(rated), rated, 1 / rated, (apart**2).sum(axis=0)], axis=1)
    return np.concatenate([plain, flags.T, filled.T, filled.T**2, apart.T, normal.reshape(len(rated), -1)], axis=1)


def _icc(totals: Doubles, raters: int) -> Doubles:
    """ICC(2,1) and ICC(2,k), [..., 2]."""
    clips, rated, inverse, in_clips = np.moveaxis(totals[..., :4], -1, 0)
    count, total, square, apart = (totals[..., 4 + k * raters : 4 + (k + 1) * raters] for k in range(4))
    normal = totals[..., 4 + 4 * raters :].reshape(*totals.shape[:-1], raters, raters)
    of_raters, free = _explained(normal, apart)
    present = (count > 0).sum(axis=-1)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    in_raters = (square - count * mean**2).sum(axis=-1)  # squares that remain when the raters' means are taken out
    rest = in_clips - of_raters  # and when clips and raters are
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.where(rated - clips - free > 0, rest / (rated - clips - free), np.nan)
        clip = (in_raters - rest - (clips + free - present) * noise) / (rated - present)
        rater = (of_raters - free * noise) / (rated - clips)
        one = clip / (clip + rater + noise)
        many = clip / (clip + (rater + noise) * inverse / clips)
    return np.stack([np.where(np.isfinite(each), each, np.nan) for each in (one, many)], axis=-1)


def _explained(normal: Doubles, apart: Doubles) -> tuple[Doubles, npt.NDArray[np.int64]]:
    """Squares that the raters explain within clips, and in how many directions; some can't be told from the clips."""
    values, vectors = np.linalg.eigh(normal)
    real = values > SPECK * values[..., -1:]
    along = np.einsum("...kj,...k->...j", vectors, apart)
    squares = np.divide(along**2, values, out=np.zeros_like(values), where=real)
    return squares.sum(axis=-1), real.sum(axis=-1)
