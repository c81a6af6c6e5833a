"""Whether somebody's scale moves while they rate: their differences from another, in the order in which they rated."""

import numpy as np
import numpy.typing as npt

from engine.rating.agreement import Agreed

LEAST, MOST = 5, 24  # ratings in a stretch; stretches
WIDE = 1.96  # standard errors: 95 % of a normal distribution

Doubles = npt.NDArray[np.float64]


def stretches(differences: Doubles) -> tuple[Doubles, Doubles]:
    """Equally long stretches of ratings, and what each axis differs by in each.

    Shape:
        differences: [M, D], NaN where either said nothing -> middles [B], counted from 1, and means [B, D].
    """
    count = min(MOST, len(differences) // LEAST)
    if not count:
        return np.zeros(0), np.zeros((0, *differences.shape[1:]))
    places = np.array_split(np.arange(1.0, len(differences) + 1), count)
    parts = np.array_split(differences, count)
    return np.array([part.mean() for part in places]), np.stack([_moments(part)[0] for part in parts])


def change(differences: Doubles) -> list[Agreed]:
    """By how much the second half differs from the first, an axis each, with a 95 % interval of two means (Welch 1947).

    Shape:
        differences: [M, D], NaN where either said nothing.
    """
    half = len(differences) // 2
    (first, error_1), (second, error_2) = _moments(differences[:half]), _moments(differences[half:])
    moved, reach = second - first, WIDE * np.hypot(error_1, error_2)
    known = np.isfinite(differences).sum(axis=0)
    return [
        Agreed(float(value), float(value - apart), float(value + apart), int(count))
        for value, apart, count in zip(moved, reach, known, strict=True)
    ]


def _moments(values: Doubles) -> tuple[Doubles, Doubles]:
    """Mean and standard error of each column, [D] each; NaN where one or none is known."""
    here = np.isfinite(values)
    count = here.sum(axis=0)
    filled = np.where(here, values, 0.0)
    mean = np.divide(filled.sum(axis=0), count, out=np.full(values.shape[1], np.nan), where=count > 0)
    apart = np.where(here, values - mean, 0.0)
    square = np.divide((apart**2).sum(axis=0), count - 1, out=np.full(values.shape[1], np.nan), where=count > 1)
    return mean, np.sqrt(square / np.maximum(count, 1))
