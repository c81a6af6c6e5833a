"""How well answers agree: CCC, Pearson's r and mean absolute error, and their intervals over speakers.

All three follow from a few sums, and sums add up: an interval sums each speaker once and then only draws speakers.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.types import Floats

FLAT = 1e-13  # a variance below this part of the mean square is none: float32 does not hold such a spread

Doubles = npt.NDArray[np.float64]
Statistic = Callable[[np.ndarray, np.ndarray], Floats]


def ccc(x: np.ndarray, y: np.ndarray) -> Floats:
    """Concordance correlation coefficient of each column (Lin 1989).

    Shape:
        x, y: [N, D], N >= 1 -> float32 [D], in -1..1; 0 where both are constant.
    """
    return _ccc(_moments(_sums(x, y)))


def pearson(x: np.ndarray, y: np.ndarray) -> Floats:
    """Pearson's correlation coefficient of each column: agreement but for shift and scale.

    Shape:
        x, y: [N, D], N >= 1 -> float32 [D], in -1..1; 0 where either is constant.
    """
    return _pearson(_moments(_sums(x, y)))


def mae(x: np.ndarray, y: np.ndarray) -> Floats:
    """Mean absolute difference of each column, in the unit of the axes.

    Shape:
        x, y: [N, D], N >= 1 -> float32 [D], at least 0.
    """
    return _mae(_moments(_sums(x, y)))


def interval(
    x: np.ndarray,
    y: np.ndarray,
    speakers: Sequence[str],
    statistic: Statistic = ccc,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[Floats, Floats]:
    """95 % interval of a statistic, drawing whole speakers with replacement (cluster bootstrap).

    Clips of one speaker are alike, so drawing clips would promise too much. One speaker alone has no interval: both
    ends are then the estimate.

    Shape:
        x, y: [N, D], speakers: N names -> low and high, float32 [D] each.

    Raises:
        ValueError: the statistic is not one of this module's.
    """
    if statistic not in _KNOWN:
        raise ValueError(f"There is no interval of {statistic!r}; of: {', '.join(s.__name__ for s in _KNOWN)}.")
    return _ends(_KNOWN[statistic](_moments(_drawn(_sums(x, y, speakers), draws, seed))))


def paired(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, speakers: Sequence[str], draws: int = 1000, seed: int = 0
) -> tuple[Floats, Floats]:
    """95 % interval of `ccc(x1, y) - ccc(x2, y)`: two models on the same clips, the same speakers drawn for both.

    What is hard for both cancels, so it tells more than two intervals side by side; without 0 in it, one is better.

    Shape:
        x1, x2, y: [N, D], speakers: N names -> low and high, float32 [D] each.
    """
    return _ends(_differences(x1, x2, y, speakers, draws, seed))


def better(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, speakers: Sequence[str], draws: int = 1000, seed: int = 0
) -> Floats:
    """How likely `x1` agrees better than `x2` with `y`: the part of the draws of `paired` that say so; a tie is half.

    Shape:
        x1, x2, y: [N, D], speakers: N names -> float32 [D], 0..1.
    """
    apart = _differences(x1, x2, y, speakers, draws, seed)
    return np.asarray(((apart > 0) + 0.5 * (apart == 0)).mean(axis=0), np.float32)


def _differences(
    x1: np.ndarray, x2: np.ndarray, y: np.ndarray, speakers: Sequence[str], draws: int, seed: int
) -> Floats:
    one, two = (_ccc(_moments(_drawn(_sums(x, y, speakers), draws, seed))) for x in (x1, x2))
    return np.asarray(one - two, np.float32)


class _Sums(NamedTuple):
    """Sums over clips, less each column's mean over all of them, so that no digits cancel.

    Shape:
        centre: [2, D], the means taken off x and y; clips: [1] or [G, 1], how many; parts: [6, D] or [G, 6, D].
    """

    centre: Doubles
    clips: Doubles
    parts: Doubles  # of x, y, x squared, y squared, x times y, |x - y|


class _Moments(NamedTuple):
    """Shape: [D] or [G, D] each."""

    apart: Doubles  # mean of x less mean of y
    var_x: Doubles
    var_y: Doubles
    covariance: Doubles
    gap: Doubles  # mean of |x - y|


def _sums(x: np.ndarray, y: np.ndarray, speakers: Sequence[str] | None = None) -> _Sums:
    """Of all clips, or of each speaker's, in order of the speakers' names."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    centre = np.stack([x.mean(axis=0), y.mean(axis=0)])
    dx, dy = x - centre[0], y - centre[1]
    each = np.stack([dx, dy, dx * dx, dy * dy, dx * dy, np.abs(x - y)], axis=1)
    if speakers is None:
        return _Sums(centre, np.array([float(len(x))]), each.sum(axis=0))
    names, place = np.unique(np.asarray(speakers), return_inverse=True)
    parts = np.zeros((len(names), *each.shape[1:]))
    np.add.at(parts, place, each)
    return _Sums(centre, np.bincount(place).astype(np.float64)[:, None], parts)


def _drawn(sums: _Sums, draws: int, seed: int) -> _Sums:
    """As many speakers as there are, drawn with replacement and added up: one group a draw."""
    groups = len(sums.clips)
    chosen = np.random.default_rng(seed).integers(groups, size=(draws, groups))
    cells = np.bincount((chosen + np.arange(draws)[:, None] * groups).ravel(), minlength=draws * groups)
    times = cells.reshape(draws, groups).astype(np.float64)
    return _Sums(sums.centre, times @ sums.clips, np.tensordot(times, sums.parts, axes=1))


def _moments(sums: _Sums) -> _Moments:
    x, y, xx, yy, xy, gap = np.moveaxis(sums.parts / sums.clips[..., None], -2, 0)
    var_x, var_y = (_variance(*each) for each in ((x, xx, sums.centre[0]), (y, yy, sums.centre[1])))
    covariance = np.where((var_x > 0) & (var_y > 0), xy - x * y, 0.0)
    return _Moments(x - y + sums.centre[0] - sums.centre[1], var_x, var_y, covariance, gap)


def _variance(mean: Doubles, square: Doubles, centre: Doubles) -> Doubles:
    """Exactly 0 for a constant, of which rounding would leave a speck."""
    variance = square - mean**2
    return np.where(variance > FLAT * (square + 2 * centre * mean + centre**2), variance, 0.0)


def _ccc(m: _Moments) -> Floats:
    spread = m.var_x + m.var_y + m.apart**2
    varied = (m.var_x > 0) | (m.var_y > 0)
    values = np.divide(2 * m.covariance, spread, out=np.zeros_like(spread), where=varied)
    return np.asarray(values, np.float32)


def _pearson(m: _Moments) -> Floats:
    spread = np.sqrt(m.var_x) * np.sqrt(m.var_y)
    values = np.divide(m.covariance, spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(np.clip(values, -1, 1), np.float32)


def _mae(m: _Moments) -> Floats:
    return m.gap.astype(np.float32)


def _ends(values: Floats) -> tuple[Floats, Floats]:
    low, high = np.percentile(values, [2.5, 97.5], axis=0)
    return low.astype(np.float32), high.astype(np.float32)


_KNOWN: dict[Statistic, Callable[[_Moments], Floats]] = {ccc: _ccc, pearson: _pearson, mae: _mae}
