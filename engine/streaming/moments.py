"""Mean and variance of samples that come in pieces, in double precision."""

from dataclasses import dataclass

import numpy as np

from engine.types import Floats


@dataclass
class Moments:
    """Of all samples so far, combined piece by piece (Chan et al. 1979)."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def add(self, samples: Floats) -> None:
        """Take in more samples, [T]."""
        if not len(samples):
            return
        fresh = samples.astype(np.float64)
        mean = float(fresh.sum()) / len(fresh)
        fresh -= mean
        self.count += len(fresh)
        share, apart = len(fresh) / self.count, mean - self.mean
        self.variance += share * (float(fresh @ fresh) / len(fresh) - self.variance + (1 - share) * apart**2)
        self.mean += share * apart
