"""How well answers agree: CCC, and its interval over speakers."""

from collections.abc import Sequence

import numpy as np

from engine.types import Floats


def ccc(x: np.ndarray, y: np.ndarray) -> Floats:
    """Concordance correlation coefficient of each column (Lin 1989).

    Shape:
        x, y: [N, D] -> float32 [D], in -1..1; 0 where both are constant.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
    covariance = ((x - mean_x) * (y - mean_y)).mean(axis=0)
    spread = x.var(axis=0) + y.var(axis=0) + (mean_x - mean_y) ** 2
    values = np.divide(2 * covariance, spread, out=np.zeros_like(spread), where=spread > 0)
    return np.asarray(values, np.float32)


def interval(
    x: np.ndarray, y: np.ndarray, speakers: Sequence[str], draws: int = 1000, seed: int = 0
) -> tuple[Floats, Floats]:
    """95 % interval of `ccc(x, y)`, drawing whole speakers with replacement (cluster bootstrap).

    Clips of one speaker are alike, so drawing clips would promise too much.

    Shape:
        x, y: [N, D], speakers: N names -> low and high, float32 [D] each.
    """
    rng = np.random.default_rng(seed)
    names = np.asarray(speakers)
    groups = [np.flatnonzero(names == name) for name in sorted(set(speakers))]
    values = []
    for _ in range(draws):
        rows = np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])
        values.append(ccc(np.asarray(x)[rows], np.asarray(y)[rows]))
    low, high = np.percentile(values, [2.5, 97.5], axis=0)
    return low.astype(np.float32), high.astype(np.float32)
