"""The front-end of fast students: a log-mel's power at less than half the usual products, its constants computed.

Windows are two hops long and symmetric about their middle, so each is the sum and the difference of one block of
samples and the next one backwards: the even half meets the cosines, the odd half the sines. Power does not depend on
where the phase is counted from, so these are the DFT's own values. Above DENSE bins only every second one is asked: a
Hann window smears each over its neighbours anyway. An exported file holds the formulas and not their 190 kB of numbers;
onnxruntime computes them once, when it loads the file.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from engine.types import SAMPLE_RATE

DENSE = 24  # bins from 0 Hz upwards that are all asked: there the mel bands are narrow
TOP_HZ = 6_800.0  # the last band ends here; there is little voice above, and in a telephone none


class FoldedMel(nn.Module):
    """Power in triangular mel bands under a Hann window of two hops.

    Shape:
        waveform [B, T] -> [B, frames, n_mels], frames = T // hop - 1.
    """

    even: Tensor
    odd: Tensor
    mel: Tensor

    def __init__(self, hop: int, n_mels: int) -> None:
        super().__init__()
        self.hop, self.n_mels = hop, n_mels
        step = torch.arange(bins(hop))
        place, bin = torch.arange(hop, dtype=torch.float64)[:, None] + 0.5, torch.maximum(step, 2 * step - DENSE)
        angle, window = place * bin * (math.pi / hop), torch.sin(place * (math.pi / 2 / hop)).square()
        corners, hertz = 700 * torch.expm1(torch.arange(n_mels + 2) * _step(n_mels)), bin[:, None] * _bin_hz(hop)
        rise, fall = (hertz - corners[:-2]), (corners[2:] - hertz)
        width = corners.diff()
        triangles = torch.minimum(rise / width[:-1], fall / width[1:]).clamp(min=0)
        for name, matrix in (("even", angle.cos() * window), ("odd", angle.sin() * window), ("mel", triangles)):
            self.register_buffer(name, matrix.float(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        given = (self.even, self.odd, self.mel, self.hop, self.n_mels)
        even, odd, mel = Computed.apply(*given)  # type: ignore[no-untyped-call]
        whole = waveform[:, : waveform.shape[1] // self.hop * self.hop]
        blocks = whole.reshape(whole.shape[0], -1, self.hop)
        first, second = blocks[:, :-1], blocks[:, 1:].flip(2)
        power: Tensor = ((first + second) @ even).square() + ((first - second) @ odd).square()
        bands: Tensor = power @ mel
        return bands


def bins(hop: int) -> int:
    """How many bins of the DFT are asked, up to TOP_HZ; a multiple of 16, which fills the vector unit."""
    return (int(TOP_HZ / _bin_hz(hop)) + DENSE) // 2 // 16 * 16


def _step(n_mels: int) -> float:
    """From one mel corner to the next, in units of 1127 mel (O'Shaughnessy 1987), 0 to TOP_HZ."""
    return math.log1p(TOP_HZ / 700) / (n_mels + 1)


def _bin_hz(hop: int) -> float:
    return SAMPLE_RATE / 2 / hop


class Computed(torch.autograd.Function):
    """Hands the matrices through in torch; in an exported graph their formulas stand in their place."""

    @staticmethod
    def forward(_: Any, even: Tensor, odd: Tensor, mel: Tensor, *__: int) -> tuple[Tensor, Tensor, Tensor]:
        """Shape: even, odd [hop, bins], mel [bins, n_mels] -> the same."""
        return even.clone(), odd.clone(), mel.clone()

    @staticmethod
    def symbolic(g: Any, _: Any, __: Any, ___: Any, hop: int, n_mels: int) -> tuple[Any, Any, Any]:
        """The formulas of `FoldedMel` as nodes of ONNX."""

        def number(value: float | list[float]) -> Any:
            return g.op("Constant", value_t=torch.tensor(value, dtype=torch.float32))

        def whole(value: int) -> Any:
            return g.op("Constant", value_t=torch.tensor([value]))

        def count(stop: int, factor: float, shift: float = 0.0) -> Any:
            # a plain Range would be computed by the exporter, and kept as numbers
            ones = g.op("ConstantOfShape", whole(stop), value_t=torch.ones(1))
            steps = g.op("CumSum", ones, g.op("Constant", value_t=torch.tensor(0)))
            return g.op("Mul", g.op("Add", steps, number(shift - 1.0)), number(factor))

        def column(row: Any) -> Any:
            return g.op("Unsqueeze", row, whole(1))

        def part(row: Any, first: int, last: int) -> Any:
            return g.op("Slice", row, whole(first), whole(last))

        root = g.op("Sin", count(hop, math.pi / 2 / hop, 0.5))
        window = column(g.op("Mul", root, root))
        twice = g.op("Sub", count(bins(hop), 2.0), number(float(DENSE)))
        bin = g.op("Max", count(bins(hop), 1.0), twice)
        angle = g.op("Mul", column(count(hop, math.pi / hop, 0.5)), bin)
        corners = g.op("Sub", g.op("Mul", g.op("Exp", count(n_mels + 2, _step(n_mels))), number(700.0)), number(700.0))
        low, top, high = (part(corners, first, first + n_mels) for first in range(3))
        hertz = column(g.op("Mul", bin, number(_bin_hz(hop))))
        rise = g.op("Div", g.op("Sub", hertz, low), g.op("Sub", top, low))
        fall = g.op("Div", g.op("Sub", high, hertz), g.op("Sub", high, top))
        triangles = g.op("Relu", g.op("Min", rise, fall))
        return g.op("Mul", g.op("Cos", angle), window), g.op("Mul", g.op("Sin", angle), window), triangles
