"""Which layer gets how many bits: the cheapest plan under a budget of bytes, or of agreement with the fp32 student.

All layers begin on the finest grid; step by step the one is made coarser that saves the most bytes for the error that
it is foretold to add. So bytes fall with every step, and agreement nearly always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.exporting import grids
from engine.exporting.grids import Grid
from engine.exporting.packing import Layer
from engine.exporting.sensitivity import GRIDS, Sensitivity
from engine.types import Floats

HALF = 2  # bytes of a scale


@dataclass(frozen=True)
class Step:
    """A plan on the front.

    Shape:
        agreement: CCC to the fp32 student as it is foretold, [3].
    """

    plan: Mapping[str, Grid]
    bytes: float  # of the layers and their scales; names and biases come on top
    agreement: Floats


def weight_bytes(layer: Layer, grid: Grid) -> float:
    """What a layer's weights and scales take in a file."""
    blocks = grids.split(torch.from_numpy(layer.matrix.copy()), grid)
    return float(blocks.numel() * grid.bits / 8 + HALF * len(blocks))


def front(layers: Sequence[Layer], measured: Sensitivity) -> list[Step]:
    """Plans from the finest to the coarsest, each one layer's grid away from the one before."""
    cost = {(layer.name, grid): weight_bytes(layer, grid) for layer in layers for grid in GRIDS}
    plan = {layer.name: GRIDS[0] for layer in layers}
    spread = measured.answers.std(axis=0)
    found = []
    while True:
        error = measured.foretold(plan)
        size = sum(cost[item] for item in plan.items())
        found.append(Step(dict(plan), size, measured.agreement(error)))
        now = _badness(error, spread)
        moves = []
        for name, grid in plan.items():
            rest = error - measured.errors[name, grid]
            for other in GRIDS:
                if (saved := cost[name, grid] - cost[name, other]) > 0:
                    worse = _badness(rest + measured.errors[name, other], spread) - now
                    moves.append((worse / saved if worse > 0 else worse * saved, name, other))
        if not moves:
            return found
        _, name, grid = min(moves, key=lambda move: move[0])
        plan[name] = grid


def _badness(error: Floats, spread: Floats) -> float:
    """Mean square of the errors in units of the answers' spread, added over the axes."""
    return float(np.square(error / spread).mean(axis=0).sum())
