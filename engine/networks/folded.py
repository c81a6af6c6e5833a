"""The front-end of fast students: a log-mel's power at under a third of the usual products.

Windows are two hops long, and their Fourier transform is split as the fast one is (Cooley and Tukey 1965): after half a
window the waves of even bins repeat and those of odd bins turn over, so the two halves are added for the ones and
subtracted for the others before anything is multiplied; after a quarter, bins 0, 4, 8 .. part from 2, 6, 10 .. alike.
Above DENSE only even bins are asked: a Hann window smears each over its neighbours anyway. An exported file holds the
formulas and not their 120 kB of numbers; onnxruntime computes them once, when it loads the file.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

from engine.networks.formulas import Formulas
from engine.types import SAMPLE_RATE

DENSE = 24  # bins from 0 Hz upwards that are all asked: there the mel bands are narrow
TOP_HZ = 6_800.0  # the last band ends here; there is little voice above, and in a telephone none


class FoldedMel(nn.Module):
    """Power in triangular mel bands under a Hann window of two hops.

    Shape:
        waveform [B, T] -> [B, frames, n_mels], frames = T // hop - 1.

    Raises:
        ValueError: a hop that can't be halved.
    """

    rising: Tensor
    fours: Tensor
    twos: Tensor
    odds: Tensor
    mel: Tensor

    def __init__(self, hop: int, n_mels: int) -> None:
        super().__init__()
        if hop % 2:
            raise ValueError(f"A hop of the folded front-end has an even number of samples, got {hop}.")
        self.hop, self.n_mels = hop, n_mels
        place = torch.arange(hop, dtype=torch.float64) + 0.5
        fours = 4 * torch.arange(evens(hop) // 2)
        kinds = fours, fours + 2, 2 * torch.arange(DENSE // 2) + 1
        corners = 700 * torch.expm1(torch.arange(n_mels + 2) * _step(n_mels))
        hertz = torch.cat([kind.repeat(2) for kind in kinds])[:, None] * _bin_hz(hop)
        width = corners.diff()
        triangles = torch.minimum((hertz - corners[:-2]) / width[:-1], (corners[2:] - hertz) / width[1:]).clamp(min=0)
        self._fix("rising", torch.sin(place * (math.pi / 2 / hop)).square())
        for name, kind, reach in zip(("fours", "twos", "odds"), kinds, (hop // 2, hop // 2, hop), strict=True):
            angle = place[:reach, None] * kind * (math.pi / hop)
            self._fix(name, torch.cat([angle.cos(), angle.sin()], dim=1))
        self._fix("mel", triangles)

    def _fix(self, name: str, values: Tensor) -> None:
        self.register_buffer(name, values.float(), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        given = (self.rising, self.fours, self.twos, self.odds, self.mel, self.hop, self.n_mels)
        rising, fours, twos, odds, mel = Computed.apply(*given)  # type: ignore[no-untyped-call]
        whole = waveform[:, : waveform.shape[1] // self.hop * self.hop]
        blocks = whole.reshape(whole.shape[0], -1, self.hop)
        risen = blocks * rising
        first, second = risen[:, :-1], (blocks - risen)[:, 1:]  # the halves of the window add up to one
        left, right = (first + second).split(self.hop // 2, dim=2)
        waves = torch.cat([(left + right) @ fours, (left - right) @ twos, (first - second) @ odds], dim=2)
        bands: Tensor = waves.square() @ mel
        return bands


def bins(hop: int) -> int:
    """How many bins of the DFT are asked, up to TOP_HZ; a multiple of 16, which fills the vector unit."""
    return (int(TOP_HZ / _bin_hz(hop)) + DENSE) // 2 // 16 * 16


def evens(hop: int) -> int:
    """How many of them are even, from 0 Hz to the last; of the odd ones there are DENSE / 2."""
    return bins(hop) - DENSE // 2


def _step(n_mels: int) -> float:
    """From one mel corner to the next, in units of 1127 mel (O'Shaughnessy 1987), 0 to TOP_HZ."""
    return math.log1p(TOP_HZ / 700) / (n_mels + 1)


def _bin_hz(hop: int) -> float:
    return SAMPLE_RATE / 2 / hop


class Computed(torch.autograd.Function):
    """Hands the tables through in torch; in an exported graph their formulas stand in their place."""

    @staticmethod
    def forward(_: Any, *given: Any) -> tuple[Tensor, ...]:
        """Shape: rising [hop], fours, twos [hop / 2, bins], odds [hop, bins], mel [all bins, n_mels] -> the same."""
        return tuple(table.clone() for table in given[:5])

    @staticmethod
    def symbolic(g: Any, *given: Any) -> tuple[Any, ...]:
        """The formulas of `FoldedMel` as nodes of ONNX."""
        hop, n_mels = given[5:]

        make = Formulas(g)
        number, column, part = make.number, make.column, make.part

        def waves(angle: Any) -> Any:
            return g.op("Concat", g.op("Cos", angle), g.op("Sin", angle), axis_i=1)

        steps = make.count(hop)
        place = g.op("Mul", g.op("Add", steps, number(0.5)), number(math.pi / hop))
        root = g.op("Sin", g.op("Mul", place, number(0.5)))
        fours = g.op("Mul", part(steps, 0, evens(hop) // 2), number(4.0))
        twos = g.op("Add", fours, number(2.0))
        odds = g.op("Add", g.op("Mul", part(steps, 0, DENSE // 2), number(2.0)), number(1.0))
        corner = g.op("Exp", g.op("Mul", part(steps, 0, n_mels + 2), number(_step(n_mels))))
        corners = g.op("Sub", g.op("Mul", corner, number(700.0)), number(700.0))
        bin = g.op("Concat", fours, fours, twos, twos, odds, odds, axis_i=0)
        hertz = column(g.op("Mul", bin, number(_bin_hz(hop))))
        triangles = make.triangles(hertz, corners, n_mels)
        half, full = column(part(place, 0, hop // 2)), column(place)
        tables = [waves(g.op("Mul", *pair)) for pair in ((half, fours), (half, twos), (full, odds))]
        return g.op("Mul", root, root), *tables, triangles
