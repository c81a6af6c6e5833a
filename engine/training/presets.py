"""The recipes of a training, as data: ours and the paper's, and how many versions of each clip are answered."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class DistilOptions:
    """One training of a student. A field that is 0 leaves its ingredient out."""

    passes: int = 24  # at most
    pass_s: float = 40_000.0  # seconds of audio a pass
    patience: int = 8  # passes without a better `dev` after which it stops
    batch_s: float = 96.0  # seconds of audio a step, all processes together
    rate: float = 4e-3  # the highest; it rises over the first twentieth and falls to nothing
    weight_decay: float = 0.01
    ccc: float = 1.0  # weight of 1 - CCC (2003.10724)
    anchor: float = 3.0  # weight of the MSE beside it
    quadrant: float = 0.0  # weight of the L1 on the side of the middle (2408.13920, as others describe it)
    embedding: float = 0.3  # weight of following the teacher's pooled embedding
    average: float = 0.998  # of the weights, a step (2411.18704)
    even: float = 0.5  # how far the draws are evened over the histogram of the targets, 0..1
    reinforced: bool = True  # augmented versions too, not only the clips as they are (2303.08983)
    quiet: float = 0.02  # part of the draws in which nobody speaks
    calibrate: bool = True  # scale and shift per axis, found on `dev`
    bf16: bool = True  # where the processor has it
    processes: int = 2
    keep_s: float = 30.0  # between two checkpoints


@dataclass(frozen=True)
class ReinforceOptions:
    """How many versions of each clip are answered, and how much is changed in them."""

    versions: int = 6  # of each clip, the plain one among them
    strength: float = 1.0  # scales the chance of each change in engine.sound.augment
    shortest_s: float = 1.0
    longest_s: float = 4.0

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that change with anything that changes a version of a given seed."""
        heard = {name: value for name, value in asdict(self).items() if name != "versions"}
        heard["code"] = 1  # raise it when `augment` or `reinforce` makes another sound of the same seed
        return hashlib.sha256(json.dumps(heard, sort_keys=True).encode()).hexdigest()[:8]


PRESETS = {
    "etude": DistilOptions(),
    # of the paper's recipe the loss and the mixing are known; the rest is chosen as the least that trains
    "paper": DistilOptions(
        anchor=0.0, quadrant=1.0, embedding=0.0, average=0.0, even=0.0, quiet=0.02, calibrate=False, rate=1e-3
    ),
}
