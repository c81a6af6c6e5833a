"""Quantization-aware training: a student learns to say the same with its weights on coarse grids.

In the forward pass each weight is where the file will put it; the gradient passes as if it had not been moved
(Bengio et al. 2013, arXiv 1308.3432; Jacob et al. 2017, arXiv 1712.05877). It follows itself as it was, so no teacher
is asked again. Norms keep their statistics: they are folded into the weights when the student is exported.
"""

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.exporting import export, grids, packing
from engine.exporting.grids import Grid
from engine.exporting.scheme import Given, Tell
from engine.networks.network import Network
from engine.training import losses, sampling
from engine.training.crops import Crops
from engine.training.presets import PRESETS
from engine.types import SAMPLE_RATE

RATE = 3e-4  # the highest
RISE = 0.05  # of the way, until it is reached
HEARD_S = 40_000.0  # seconds of speech in all, crops heard twice counted twice
MOST_PASSES = 30  # over few lessons


class OnGrid(nn.Module):
    """A weight as its grid keeps it; shape: [outputs, ...] -> the same."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    def forward(self, weight: Tensor) -> Tensor:
        moved = grids.rounded(weight.detach().flatten(1), self.grid).view_as(weight)
        return weight + (moved - weight.detach())


def write(source: Path, target: Path, plan: Mapping[str, Grid], given: Given) -> None:
    """Tune the student that `source` was exported from, and pack it; see `engine.exporting.scheme`."""
    assert given.student is not None
    assert given.lessons is not None
    tuned = tune(given.student, plan, given.lessons, given.tell)
    with TemporaryDirectory() as folder:
        full = Path(folder) / source.name
        export.to_onnx(tuned, full)
        packing.pack(full, target, plan)


def tune(
    student: Network, plan: Mapping[str, Grid], lessons: Crops, tell: Tell, heard_s: float | None = None, seed: int = 0
) -> Network:
    """A copy of a trained student that has learnt to live on the grids of `plan`, by layer; its weights lie on them."""
    tuned = deepcopy(student).eval()
    for name, grid in plan.items():
        parametrize.register_parametrization(tuned.get_submodule(name), "weight", OnGrid(grid))
    optimiser = torch.optim.AdamW(tuned.parameters(), lr=RATE, weight_decay=0.0, fused=True)
    batches = _batches(lessons, HEARD_S if heard_s is None else heard_s, seed)
    for step, rows in enumerate(batches):
        part = step / len(batches)
        tell(part, f"The student learns to answer with fewer bits, step {step + 1} of {len(batches)}.")
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(part / RISE + 1e-3, 0.5 * (1 + math.cos(math.pi * part)))
        loss = _loss(student, tuned, lessons.audio(rows))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(tuned.parameters(), 1.0)
        optimiser.step()
    for name in plan:
        parametrize.remove_parametrizations(tuned.get_submodule(name), "weight")
    return tuned


def _batches(lessons: Crops, heard_s: float, seed: int) -> list[np.ndarray]:
    """Rows of each step, over the lessons as often as it takes."""
    every_s = float(lessons.length.sum()) / SAMPLE_RATE
    heard_s = min(heard_s, MOST_PASSES * every_s)
    passes = max(1, math.ceil(heard_s / every_s))
    options = replace(PRESETS["etude"], pass_s=heard_s / passes)
    return [rows for number in range(passes) for rows in sampling.plan(lessons, options, seed, number)]


def _loss(student: Network, tuned: Network, audio: Tensor) -> Tensor:
    with torch.no_grad():
        log_mel = student.log_mel(audio).contiguous(memory_format=torch.channels_last)
        pooled = student.pooled(student.tokens(log_mel))
        target = student.out(pooled)
    heard = tuned.pooled(tuned.tokens(log_mel))
    said = tuned.out(heard)
    weights = torch.ones(len(said))
    near = ((heard - pooled) / (pooled.std(dim=0) + 1e-3)).square().mean()
    off = ((said - target) / (target.std(dim=0) + 1e-3)).square().mean()
    loss: Tensor = losses.ccc_loss(said, target, weights) + off + 0.1 * near
    return loss
