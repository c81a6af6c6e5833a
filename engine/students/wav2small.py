"""Wav2Small, 72K parameters (Kounadis-Bastian et al. 2024, arXiv 2408.13920).

Seven 3x3 convolutions on a log-mel of 500 frames a second, pooled once to 250 tokens a second; each token is
weighed against the others by a learned softmax over time. 67,577 trained and 4,224 frozen numbers at size 13.
"""

import torch
from torch import Tensor, nn

from engine.frontend import LogMel
from engine.network import Network
from engine.types import AXES, StudentSpec

MELS = 26
POOLED_MELS = 13


def convolution(inputs: int, outputs: int) -> nn.Sequential:
    """3x3, batch norm, ReLU; the norm has the bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Wav2Small(Network):
    """Shape: waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.front = LogMel(n_fft=64, hop=32, n_mels=MELS)
        first = [convolution(1, channels), convolution(channels, channels), convolution(channels, channels)]
        rest = [convolution(channels, channels) for _ in range(4)]
        self.body = nn.Sequential(*first, nn.MaxPool2d(3, stride=2, padding=1), *rest, nn.Conv2d(channels, channels, 1))
        token = channels * POOLED_MELS
        self.value, self.weight = nn.Linear(token, token), nn.Linear(token, token)
        self.out = nn.Linear(token, len(AXES))

    def log_mel(self, waveform: Tensor) -> Tensor:
        """[B, T] -> [B, 1, frames, 26]; each clip to zero mean and unit variance first."""
        x = waveform - waveform.mean(dim=1, keepdim=True)
        x = x / (x.square().mean(dim=1, keepdim=True) + 1e-7).sqrt()
        mel: Tensor = self.front(x)
        return mel.transpose(1, 2)[:, None]

    def tokens(self, log_mel: Tensor) -> Tensor:
        """[B, 1, frames, 26] -> [B, frames / 2, 169]."""
        x: Tensor = self.body(log_mel)
        return x.permute(0, 2, 1, 3).flatten(2)

    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, 169] -> [B, 169]."""
        weights = torch.softmax(self.weight(tokens), dim=1)
        pooled: Tensor = (self.value(tokens) * weights).sum(dim=1)
        return pooled


def build(spec: StudentSpec) -> Wav2Small:
    """The untrained network; `spec.size` is its number of channels."""
    return Wav2Small(spec.size)
