"""The last layer of a teacher, from its pooled embedding to A/D/V, and how much it leans on single units of that."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from engine.types import Floats

_ENDS = ".head.adv.bias"  # of the name of a branch's last bias in the file of an `engine.networks.whisper.Ensemble`


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


def kept(path: Path, dropout: float) -> Head:
    """The head in the quantized file of an `engine.networks.whisper.Ensemble`: the mean of each branch's last layer."""
    known = {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}
    branches = [name.removesuffix(_ENDS) for name in known if name.endswith(_ENDS)]
    branches.sort(key=lambda name: name != "trunk")  # the first of them is named for the trunk that it brings
    weights, biases = [], []
    for branch in branches:
        packed = f"{branch}.head.adv.weight_Transposed"
        whole = known[f"{packed}_quantized"].astype(np.float32) - known[f"{packed}_zero_point"]
        weights.append(whole * known[f"{packed}_scale"])
        biases.append(known[f"{branch}{_ENDS}"] + 0.5 + known[f"{branch}.head.corpus_bias"].mean(axis=0))
    weight, bias = np.concatenate(weights) / len(branches), np.mean(biases, axis=0)
    return Head(np.asarray(weight, np.float32), np.asarray(bias, np.float32), dropout)
