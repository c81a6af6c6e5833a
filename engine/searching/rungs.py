"""What a search is asked for, and how its trials are spread over rungs. Imports no torch.

Successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943): each rung trains twice as many passes; the better
half goes on, joined by new ones.
"""

from dataclasses import dataclass, field

from engine.training.presets import DistilOptions

RUNGS = 3


@dataclass(frozen=True)
class SearchOptions:
    """What is searched for. A cap of 0 is none."""

    trials: int = 16  # shapes that are trained at all
    passes: int = 8  # over the crops, of those that come to the last rung
    max_bytes: int = 0  # of the quantized file
    max_parameters: int = 0  # trained numbers
    seed: int = 0
    training: DistilOptions = field(default_factory=DistilOptions)  # but for its passes and its patience

    def __post_init__(self) -> None:
        if self.trials < 1 or self.passes < 1:
            raise ValueError("A search needs at least one trial and one pass.")
        if self.max_bytes < 0 or self.max_parameters < 0:
            raise ValueError("A cap is a number above 0, or 0 for none.")


@dataclass(frozen=True)
class Rung:
    """One round of the search."""

    stay: int  # of the round before
    fresh: int
    passes: int


def rungs(options: SearchOptions) -> list[Rung]:
    """The plan: half of the trials at first, then the better half of each round and half of what is left."""
    plan, left, before = list[Rung](), options.trials, 0
    for number in range(1, RUNGS + 1):
        fresh = left if number == RUNGS else -(-left // 2)
        plan.append(Rung(-(-before // 2), fresh, max(1, round(options.passes / 2 ** (RUNGS - number)))))
        left, before = left - fresh, plan[-1].stay + fresh
    return plan
