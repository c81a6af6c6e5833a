"""Wav2Small, 72K parameters (Kounadis-Bastian et al. 2024, arXiv 2408.13920).

Seven 3x3 convolutions on a log-mel of 500 frames a second, pooled once to 250 tokens a second; each token is
weighed against the others by a learned softmax over time. 67,577 trained and 4,224 frozen numbers at size 13.
What the paper's other networks share with it stands here too.
"""

import torch
from torch import Tensor, nn

from engine.networks.frontend import LogMel
from engine.networks.network import Network
from engine.types import AXES, SAMPLE_RATE, StudentSpec

MELS = 26
POOLED_MELS = 13
N_FFT, HOP = 64, 32  # samples: 4 and 2 ms


class PaperNetwork(Network):
    """A network of the paper: it hears the log-mel of a clip at zero mean and unit variance."""

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        self.front = LogMel(n_fft, hop, MELS)

    def log_mel(self, waveform: Tensor) -> Tensor:
        """[B, T] -> [B, 1, frames, 26]; each clip to zero mean and unit variance first.

        Both are summed in double precision: over an hour, single precision is off by 1e-4 of them.
        """
        x = waveform - waveform.mean(dim=1, keepdim=True, dtype=torch.float64).float()
        variance = x.square().mean(dim=1, keepdim=True, dtype=torch.float64).float()
        x = x / (variance + 1e-7).sqrt()
        mel: Tensor = self.front(x)
        return mel.transpose(1, 2)[:, None]


def weighed(values: Tensor, weights: Tensor, dim: int) -> Tensor:
    """The sum of `values` over time, which is `dim`, each number under the softmax over time of its weight."""
    return (values * torch.softmax(weights, dim)).sum(dim)


def convolution(inputs: int, outputs: int) -> nn.Sequential:
    """3x3, batch norm, ReLU; the norm has the bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def convolutions(channels: int) -> list[nn.Module]:
    """All seven, with the pooling that halves time and mel after the third."""
    first = [convolution(1, channels), convolution(channels, channels), convolution(channels, channels)]
    rest = [convolution(channels, channels) for _ in range(4)]
    return [*first, nn.MaxPool2d(3, stride=2, padding=1), *rest]


class Wav2Small(PaperNetwork):
    """Shape: waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped."""

    tokens_per_s = SAMPLE_RATE / HOP / 2  # 250

    def __init__(self, channels: int) -> None:
        super().__init__(N_FFT, HOP)
        self.body = nn.Sequential(*convolutions(channels), nn.Conv2d(channels, channels, 1))
        token = channels * POOLED_MELS
        self.value, self.weight = nn.Linear(token, token), nn.Linear(token, token)
        self.out = nn.Linear(token, len(AXES))

    def tokens(self, log_mel: Tensor) -> Tensor:
        """[B, 1, frames, 26] -> [B, frames / 2, 169]."""
        x: Tensor = self.body(log_mel)
        return x.permute(0, 2, 1, 3).flatten(2)

    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, 169] -> [B, 169]."""
        return weighed(self.value(tokens), self.weight(tokens), dim=1)


def build(spec: StudentSpec) -> Wav2Small:
    """The untrained network; `spec.size` is its number of channels."""
    return Wav2Small(spec.size)
