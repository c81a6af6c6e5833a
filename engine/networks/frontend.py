"""Waveform to log-mel as a torch module, so that every exported file takes plain samples.

An exported file holds the formulas of the DFT and the mel bands and not their numbers.
"""

from typing import Any

import librosa
import numpy as np
import torch
from torch import Tensor, nn

from engine.networks.formulas import Formulas
from engine.types import SAMPLE_RATE

LINEAR = 15.0  # mel: up to here, which is 1 kHz, Slaney's scale is linear; above, 27 mel are a factor of 6.4


class LogMel(nn.Module):
    """Power mel spectrogram in 10 log10, from frozen convolutions: the form every exporter understands.

    Shape:
        waveform [B, T] -> [B, n_mels, frames]; frames = (T - n_fft) // hop + 1, one hop's worth more a
        side of half a window when `centred` (reflected at both ends).
    """

    dft: Tensor
    mel: Tensor

    def __init__(self, n_fft: int, hop: int, n_mels: int, centred: bool = False) -> None:
        super().__init__()
        self.n_fft, self.hop, self.n_mels, self.centred = n_fft, hop, n_mels, centred
        angle = 2 * np.pi * np.outer(np.arange(n_fft // 2 + 1), np.arange(n_fft)) / n_fft
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)  # periodic
        dft = np.concatenate([np.cos(angle) * hann, np.sin(angle) * hann])[:, None]
        self.register_buffer("dft", torch.tensor(dft, dtype=torch.float32), persistent=False)
        mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=n_fft, n_mels=n_mels)
        self.register_buffer("mel", torch.tensor(mel, dtype=torch.float32), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        x = waveform[:, None]
        if self.centred:
            x = nn.functional.pad(x, (self.n_fft // 2, self.n_fft // 2), mode="reflect")
        dft, mel = Computed.apply(self.dft, self.mel, self.n_fft, self.n_mels)  # type: ignore[no-untyped-call]
        real, imaginary = nn.functional.conv1d(x, dft, stride=self.hop).chunk(2, dim=1)
        power = real.square() + imaginary.square()
        return 10 * torch.log10(torch.matmul(mel, power).clamp(min=1e-10))


class Computed(torch.autograd.Function):
    """Hands the tables through in torch; in an exported graph their formulas stand in their place."""

    @staticmethod
    def forward(_: Any, dft: Tensor, mel: Tensor, *__: int) -> tuple[Tensor, Tensor]:
        """Shape: dft [2 * bins, 1, n_fft], mel [n_mels, bins] -> the same."""
        return dft.clone(), mel.clone()

    @staticmethod
    def symbolic(g: Any, dft: Any, mel: Any, n_fft: int, n_mels: int) -> tuple[Any, Any]:
        """A DFT under a periodic Hann window, and Slaney's mel bands (librosa's), as nodes of ONNX."""
        make, bins = Formulas(g), n_fft // 2 + 1
        place = make.count(n_fft)
        bin = make.column(make.part(place, 0, bins))
        angle = make.angles(bin, place, n_fft)
        root = g.op("Sin", g.op("Mul", place, make.number(np.pi / n_fft)))
        waves = g.op("Concat", g.op("Cos", angle), g.op("Sin", angle), axis_i=0)
        windowed = g.op("Mul", waves, g.op("Mul", root, root))
        step = float(librosa.hz_to_mel(SAMPLE_RATE / 2)) / (n_mels + 1)
        mel = g.op("Mul", make.part(place, 0, n_mels + 2), make.number(step))
        above = g.op("Mul", g.op("Sub", mel, make.number(LINEAR)), make.number(float(np.log(6.4)) / 27))
        low, high = g.op("Mul", mel, make.number(1000 / LINEAR)), g.op("Mul", g.op("Exp", above), make.number(1000.0))
        corners = g.op("Where", g.op("Less", mel, make.number(LINEAR)), low, high)
        hertz = g.op("Mul", make.part(place, 0, bins), make.number(SAMPLE_RATE / n_fft))
        triangles = make.triangles(make.column(hertz), corners, n_mels)
        width = g.op("Sub", make.part(corners, 2, n_mels + 2), make.part(corners, 0, n_mels))
        bands = g.op("Transpose", g.op("Div", g.op("Mul", triangles, make.number(2.0)), width), perm_i=[1, 0])
        kernels = g.op("Unsqueeze", windowed, g.op("Constant", value_t=torch.tensor([1])))
        return kernels.setType(dft.type()), bands
