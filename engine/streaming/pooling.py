"""What a student pools its tokens by, a softmax over time: of a window, and one that never ends."""

import numpy as np
import numpy.typing as npt

from engine.types import Floats

Doubles = npt.NDArray[np.float64]


def means(weights: Floats, *values: Floats) -> list[Floats]:
    """The means over time, which comes first, of each of the values under the softmax of the weights.

    Shape:
        weights [tokens, ...], values like these -> [...] each.
    """
    shares = np.exp(weights - weights.max(axis=0))
    total = shares.sum(axis=0)
    return [(shares * each).sum(axis=0) / total for each in values]


class Pooling:
    """`means` of all tokens so far, in constant memory and double precision.

    The largest weight so far is taken off all, and the sums are rescaled when a larger one comes (Milakov and
    Gimelshein 2018, arXiv 1805.02867).
    """

    def __init__(self) -> None:
        self._largest: Doubles = np.array(-np.inf)
        self._total: Doubles = np.array(0.0)
        self._sums: list[Doubles] = []

    def add(self, weights: Floats, *values: Floats) -> None:
        """Take in more tokens, at least one; see `means`."""
        largest = np.maximum(self._largest, weights.max(axis=0), dtype=np.float64)
        older, shares = np.exp(self._largest - largest), np.exp(weights - largest)
        self._total = self._total * older + shares.sum(axis=0)
        fresh = [(shares * each).sum(axis=0) for each in values]
        sums = self._sums or [np.zeros_like(each) for each in fresh]
        self._sums = [before * older + more for before, more in zip(sums, fresh, strict=True)]
        self._largest = largest

    def means(self) -> list[Doubles]:
        """Of each of the values; none before the first token."""
        return [sums / self._total for sums in self._sums]
