"""What a pass over the crops holds: which rows, in which batches. One seed and pass number, one plan."""

import numpy as np

from engine.training.crops import Crops
from engine.training.presets import DistilOptions
from engine.types import SAMPLE_RATE, Floats

BINS = 8  # of the histogram, an axis
LEAST = 16  # rows of a batch: CCC over fewer says little
QUIET = -1  # the group of sounds in which nobody speaks


def evenness(adv: Floats, power: float) -> Floats:
    """How much more often a row is drawn so that the corners of the A/D/V cube are heard as often as its middle.

    Shape:
        adv: [N, 3] -> float32 [N], mean 1; at power 0 all ones, at 1 each filled cell of the histogram weighs the same.
    """
    low, high = np.percentile(adv, [1, 99], axis=0)
    cell = np.clip((adv - low) / np.maximum(high - low, 1e-6) * BINS, 0, BINS - 1).astype(int)
    _, place, count = np.unique(cell @ (BINS ** np.arange(adv.shape[1])), return_inverse=True, return_counts=True)
    share = (1 / count[place]) ** power
    return np.asarray(share / share.mean(), np.float32)


def chances(crops: Crops, options: DistilOptions) -> Floats:
    """How often each row is drawn, relative to the others: float32 [N]; 0 where the recipe leaves it out."""
    share = np.zeros(len(crops), np.float32)
    quiet = crops.group == QUIET
    heard = ~quiet & (options.reinforced | (crops.seed == 0))
    share[heard] = evenness(crops.adv[heard], options.even)
    if quiet.any() and options.quiet:
        share[quiet] = options.quiet / (1 - options.quiet) * share[heard].sum() / quiet.sum()
    return share


def plan(crops: Crops, options: DistilOptions, seed: int, number: int) -> list[np.ndarray]:
    """The batches of one pass: rows of one length each, none twice, of about `batch_s` seconds."""
    rng = np.random.default_rng([seed, number])
    share = chances(crops, options)
    known = np.flatnonzero(share)
    order = known[np.argsort(rng.exponential(size=len(known)) / share[known])]
    enough = np.searchsorted(np.cumsum(crops.length[order]), options.pass_s * SAMPLE_RATE) + 1
    rows, found = order[:enough], []
    for length in np.unique(crops.length[rows]):
        alike = rng.permutation(rows[crops.length[rows] == length])
        size = max(LEAST, int(options.batch_s * SAMPLE_RATE / length))
        found += [alike[i : i + size] for i in range(0, len(alike), size) if len(alike[i : i + size]) >= LEAST]
    return [found[place] for place in rng.permutation(len(found))]
