"""How what several people said of a clip becomes one answer: mean, median, or the evaluator-weighted estimator.

Who did not rate a clip, or left an axis out, is NaN there. One rater's answer stays what it is, whatever the method.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

SHARED = 10  # clips that a rater must share with others before a correlation says anything
SPECK = 1e-12  # a variance that rounding leaves of a constant; answers are of the size of 1

Doubles = npt.NDArray[np.float64]


def mean(ratings: Doubles) -> Doubles:
    """The mean of those who rated: the likeliest answer if all err alike (Grimm & Kroschel 2005).

    Shape:
        ratings: [K, N, D], K raters of N clips -> [N, D], NaN where nobody said anything.
    """
    return _weighted(ratings, np.ones_like(ratings[:, 0]))


def median(ratings: Doubles) -> Doubles:
    """The median of those who rated: of all estimates the one that outliers bias least (Huber 1981, ch. 4).

    Shape:
        ratings: [K, N, D], K raters of N clips -> [N, D], NaN where nobody said anything.
    """
    ordered = np.sort(ratings, axis=0)  # NaN comes last
    count = np.isfinite(ratings).sum(axis=0)
    middle = np.stack([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(ratings) - 1)])
    return np.asarray(np.take_along_axis(ordered, middle, axis=0).mean(axis=0), np.float64)


def ewe(ratings: Doubles) -> Doubles:
    """The evaluator-weighted estimator: a mean in which each rater counts by their `weights` (Grimm & Kroschel 2005).

    Where nobody who rated a clip has a weight it is the plain mean.

    Shape:
        ratings: [K, N, D], K raters of N clips -> [N, D], NaN where nobody said anything.
    """
    return _weighted(ratings, weights(ratings))


def weights(ratings: Doubles) -> Doubles:
    """How far each rater goes along with the others: Pearson's correlation, 0 where it is negative.

    Grimm & Kroschel (2005) correlate with the mean of all raters; here a rater's own answer is left out of that mean,
    since among few it would speak for itself. Who shares fewer than SHARED clips with others counts like the average
    of those who are known.

    Shape:
        ratings: [K, N, D] -> [K, D], 0..1.
    """
    here = np.isfinite(ratings)
    filled = np.where(here, ratings, 0.0)
    others = here.sum(axis=0) - here
    shared = here & (others > 0)
    rest = np.divide(filled.sum(axis=0) - filled, others, out=np.zeros_like(filled), where=others > 0)
    found = _correlation(filled, rest, shared)
    known = np.isfinite(found)
    count = known.sum(axis=0)
    usual = np.divide(np.where(known, found, 0.0).sum(axis=0), count, out=np.ones(found.shape[1]), where=count > 0)
    return np.where(known, found, usual)


def _correlation(x: Doubles, y: Doubles, shared: npt.NDArray[np.bool_]) -> Doubles:
    """Pearson's r over the clips that are shared, at least 0; NaN where they are too few."""
    count = shared.sum(axis=1)
    enough = np.maximum(count, 1)
    dx, dy = (
        np.where(shared, each - (each * shared).sum(axis=1, keepdims=True) / enough[:, None], 0) for each in (x, y)
    )
    (xx, yy), speck = ((each**2).sum(axis=1) for each in (dx, dy)), SPECK * count
    varied = (xx > speck) & (yy > speck)
    value = np.divide((dx * dy).sum(axis=1), np.sqrt(xx * yy), out=np.zeros_like(xx), where=varied)
    return np.where(count >= SHARED, np.clip(value, 0, 1), np.nan)


def _weighted(ratings: Doubles, weight: Doubles) -> Doubles:
    here = np.isfinite(ratings)
    each = np.where(here, weight[:, None], 0.0)
    each = np.where(each.sum(axis=0) > 0, each, here)
    total = each.sum(axis=0)
    value = (each * np.where(here, ratings, 0.0)).sum(axis=0)
    return np.asarray(np.divide(value, total, out=np.full(value.shape, np.nan), where=total > 0), np.float64)


METHODS: dict[str, Callable[[Doubles], Doubles]] = {"mean": mean, "median": median, "ewe": ewe}
