"""Wav2Small 2.0, the 17K model that the authors of arXiv 2408.13920 released.

Its convolutions are Wav2Small's; its pooling has two 1x1 convolutions in place of two large linears, and leaves a
matrix X of channels and mels. X and X Xᵀ, how the channels go together, are its 338 features. 10,806 trained numbers
at size 13, and the front-end's 4,224.
"""

import torch
from torch import Tensor, nn

from engine.students.wav2small import HOP, N_FFT, POOLED_MELS, PaperNetwork, convolutions, weighed
from engine.types import AXES, SAMPLE_RATE, StudentSpec


class Wav2Small2(PaperNetwork):
    """Shape: waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped."""

    tokens_per_s = SAMPLE_RATE / HOP / 2  # 250

    def __init__(self, channels: int) -> None:
        super().__init__(N_FFT, HOP)
        self.body = nn.Sequential(*convolutions(channels))
        self.value, self.weight = nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)
        self.out = nn.Linear(channels * (POOLED_MELS + channels), len(AXES))

    def tokens(self, log_mel: Tensor) -> Tensor:
        """[B, 1, frames, 26] -> [B, frames / 2, 169]."""
        x: Tensor = self.body(log_mel)
        return x.permute(0, 2, 1, 3).flatten(2)

    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, 169] -> [B, 338]."""
        planes = tokens.reshape(*tokens.shape[:2], -1, POOLED_MELS).transpose(1, 2)  # [B, 13, N, 13]
        x = weighed(self.value(planes), self.weight(planes), dim=2)
        return torch.cat([x, x @ x.transpose(1, 2)], dim=2).flatten(1)


def build(spec: StudentSpec) -> Wav2Small2:
    """The untrained network; `spec.size` is its number of channels."""
    return Wav2Small2(spec.size)
