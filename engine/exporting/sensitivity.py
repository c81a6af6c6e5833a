"""What each layer's rounding does to a student's answers, measured on real clips, one layer at a time.

To first order the answers' errors add up: what two layers do together is what each does alone, and how the two go
together (the terms between layers of a Hessian) is in the errors themselves, clip by clip. So from one measurement a
layer and a grid the effect of every combination is foretold; what is foretold is checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from engine.exporting import grids
from engine.exporting.grids import INT3, INT4, INT4_ROWS, INT5, INT8, Grid
from engine.exporting.scheme import Tell
from engine.networks.network import Network
from engine.scoring.measure import ccc
from engine.training.crops import Crops
from engine.types import Floats

GRIDS = (INT8, INT5, INT4, INT4_ROWS, INT3)  # the finest first
PAIRED = INT4  # on which neighbours are measured together
CLIPS = 150

Plan = Mapping[str, Grid]


@dataclass(frozen=True)
class Sensitivity:
    """Measured errors.

    Shape:
        answers: the student's own, [N, 3]; errors: by layer and grid, added to `answers`, [N, 3]; teacher: [N, 3].
    """

    answers: Floats
    errors: dict[tuple[str, Grid], Floats]
    teacher: Floats
    pairs: dict[tuple[str, str], Floats]  # of neighbours, both at PAIRED: what was measured, [N, 3]

    @property
    def layers(self) -> list[str]:
        """In the order in which they are used."""
        return list(dict.fromkeys(name for name, _ in self.errors))

    def foretold(self, plan: Plan) -> Floats:
        """The answers' errors under a plan: the sum of its layers' own, [N, 3]."""
        added: Floats = np.sum([self.errors[item] for item in plan.items()], axis=0, dtype=np.float32)
        return added

    def agreement(self, error: Floats) -> Floats:
        """CCC to the student without that error, [3]."""
        return ccc(self.answers + error, self.answers)

    def drop(self, error: Floats) -> Floats:
        """How much of the CCC to the teacher that error costs, [3]."""
        lost: Floats = ccc(self.answers, self.teacher) - ccc(self.answers + error, self.teacher)
        return lost


class Probe:
    """A student that answers the same clips again and again, with some of its layers rounded."""

    def __init__(self, student: Network, clips: Crops) -> None:
        self._student = student.eval()
        self.rows = np.unique(np.linspace(0, len(clips) - 1, CLIPS).astype(int))
        self.teacher = clips.adv[self.rows]
        with torch.inference_mode():
            self._heard = [student.log_mel(clips.audio(np.array([row]))) for row in self.rows]

    @torch.inference_mode()
    def answers(self, plan: Plan) -> Floats:
        """A/D/V of each clip under a plan: [N, 3]."""
        student = self._student
        with _rounded(student, plan):
            said = [student.out(student.pooled(student.tokens(heard))) for heard in self._heard]
        return torch.cat(said).numpy()


def measure(probe: Probe, layers: Sequence[str], tell: Tell) -> Sensitivity:
    """Round each layer alone on each of GRIDS, and each with the next one."""
    plain = probe.answers({})
    wanted: list[Plan] = [{name: grid} for name in layers for grid in GRIDS]
    wanted += [{one: PAIRED, other: PAIRED} for one, other in pairwise(layers)]
    found = []
    for number, plan in enumerate(wanted):
        tell(number / len(wanted), f"What {' and '.join(plan)} can bear is measured.")
        found.append(probe.answers(plan) - plain)
    singles = {
        item: error for plan, error in zip(wanted, found, strict=True) if len(plan) == 1 for item in plan.items()
    }
    pairs = {(*plan,): error for plan, error in zip(wanted, found, strict=True) if len(plan) == 2}
    return Sensitivity(plain, singles, probe.teacher, pairs)  # type: ignore[arg-type]


@contextmanager
def _rounded(student: Network, plan: Plan) -> Iterator[None]:
    """Put a student's layers on their grids for a while."""
    weights: dict[str, Tensor] = {name: student.get_submodule(name).weight for name in plan}  # type: ignore[misc]
    kept = {name: weight.clone() for name, weight in weights.items()}
    try:
        for name, grid in plan.items():
            weights[name].copy_(grids.rounded(kept[name].flatten(1), grid).view_as(kept[name]))
        yield
    finally:
        for name, weight in kept.items():
            weights[name].copy_(weight)
