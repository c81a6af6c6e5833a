"""The last layer of a teacher, from its pooled embedding to A/D/V, and how much it leans on single units of that."""

from dataclasses import dataclass

import numpy as np

from engine.types import Floats


@dataclass(frozen=True, eq=False)
class Head:
    """A linear layer that was trained with dropout on what it hears.

    Shape:
        weight: float32 [E, 3], bias: float32 [3], in AXES order.
    """

    weight: Floats
    bias: Floats
    dropout: float  # part of the units that a training step leaves out

    def answer(self, embedding: Floats) -> Floats:
        """A/D/V: float32 [N, E] -> [N, 3]."""
        return embedding @ self.weight + self.bias

    def spread(self, embedding: Floats) -> Floats:
        """Standard deviation of the answers under dropout's masks (Gal & Ghahramani 2016), on the scale of the axes.

        Nothing is drawn: the layer is linear and each unit is dropped for itself, or kept and divided by 1 - p
        (Srivastava et al. 2014), so the variance is exactly p / (1 - p) times the sum of the units' squared shares.

        Shape:
            embedding: float32 [N, E], NaN where there is none -> float32 [N, 3].
        """
        shares = np.square(embedding) @ np.square(self.weight)
        return np.sqrt(shares * (self.dropout / (1 - self.dropout))).astype(np.float32)
