"""Waveform to log-mel as a torch module, so that every exported file takes plain samples."""

import librosa
import numpy as np
import torch
from torch import Tensor, nn

from engine.types import SAMPLE_RATE


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
        self.n_fft, self.hop, self.centred = n_fft, hop, centred
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
        real, imaginary = nn.functional.conv1d(x, self.dft, stride=self.hop).chunk(2, dim=1)
        power = real.square() + imaginary.square()
        return 10 * torch.log10(torch.matmul(self.mel, power).clamp(min=1e-10))
