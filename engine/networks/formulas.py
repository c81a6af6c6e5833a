"""Tables that an exported graph computes in place of their numbers: once, when onnxruntime loads the file."""

import math
from typing import Any

import torch


class Formulas:
    """Nodes of ONNX by short names, for the `symbolic` of a `torch.autograd.Function`."""

    def __init__(self, g: Any) -> None:
        self._g = g

    def number(self, value: float | list[float]) -> Any:
        """A float32, or a row of them."""
        return self._g.op("Constant", value_t=torch.tensor(value, dtype=torch.float32))

    def count(self, length: int) -> Any:
        """0, 1, 2 .. as float32 [length]. A plain Range would be computed by the exporter, and kept as numbers."""
        ones = self._g.op("ConstantOfShape", _whole(self._g, length), value_t=torch.ones(1))
        return self._g.op("CumSum", ones, self._g.op("Constant", value_t=torch.tensor(0)), exclusive_i=1)

    def column(self, row: Any) -> Any:
        """[N] -> [N, 1]."""
        return self._g.op("Unsqueeze", row, _whole(self._g, 1))

    def part(self, row: Any, first: int, last: int) -> Any:
        """[N] -> [last - first]."""
        return self._g.op("Slice", row, _whole(self._g, first), _whole(self._g, last))

    def triangles(self, hertz: Any, corners: Any, count: int) -> Any:
        """Mel bands between three corners each, 1 at the middle one.

        Shape:
            hertz [bins, 1]; corners [count + 2] -> [bins, count].
        """
        op, (low, top, high) = self._g.op, (self.part(corners, first, first + count) for first in range(3))
        rise = op("Div", op("Sub", hertz, low), op("Sub", top, low))
        fall = op("Div", op("Sub", high, hertz), op("Sub", high, top))
        return op("Relu", op("Min", rise, fall))

    def angles(self, bins: Any, places: Any, length: int) -> Any:
        """Of each bin at each place of a window of `length`, kept below a full turn, where float32 is exact enough."""
        turn = self._g.op("Mod", self._g.op("Mul", bins, places), self.number(float(length)), fmod_i=1)
        return self._g.op("Mul", turn, self.number(2 * math.pi / length))


def _whole(g: Any, value: int) -> Any:
    return g.op("Constant", value_t=torch.tensor([value]))
