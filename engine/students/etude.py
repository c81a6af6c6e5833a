"""Etude's own student: few tokens a second, strided convolutions, context, attentive mean and deviation.

Decisions: windows of two hops make the folded front-end possible, which is the largest part of the time; time is
quartered before the deep convolutions, so these are cheap, and the context layers, which work on tokens alone, cost
almost nothing. The level is that of all that was heard so far: nothing looks into the future but the convolutions' own
few frames, so a stream gives the numbers of a recording. One dial, `size`; `shape` sets each of `dials` by itself.
"""

import math

import torch
from torch import Tensor, nn

from engine.networks.folded import FoldedMel
from engine.networks.network import Network
from engine.types import AXES, SAMPLE_RATE, StudentSpec

FLOOR_DB, TOP_DB = -50.0, 30.0  # below and above the running level


def dials(size: int) -> dict[str, int]:
    """What a size means: samples a hop, mel bands, channels early and late, token width, layers early and late."""
    return {"hop": 200, "mels": 40, "early": size, "late": 2 * size, "deep": 1, "width": 4 * size, "context": 2}


def convolution(inputs: int, outputs: int, stride: tuple[int, int]) -> nn.Sequential:
    """3x3 over time and mel, batch norm, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Context(nn.Module):
    """A token and its neighbours at a distance, added to itself: [B, E, N] -> the same."""

    def __init__(self, width: int, distance: int) -> None:
        super().__init__()
        self.mix = nn.Conv1d(width, width, 3, padding=distance, dilation=distance, bias=False)
        self.norm = nn.BatchNorm1d(width)

    def forward(self, tokens: Tensor) -> Tensor:
        mixed: Tensor = torch.relu(self.norm(self.mix(tokens)))
        return tokens + mixed


class Etude(Network):
    """Shape: waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped."""

    def __init__(self, hop: int, mels: int, early: int, late: int, deep: int, width: int, context: int) -> None:
        super().__init__()
        self.tokens_per_s = SAMPLE_RATE / hop / 4
        self.front = FoldedMel(hop, mels)
        self.body = nn.Sequential(
            convolution(1, early, (2, 2)),
            convolution(early, early, (1, 2)),
            convolution(early, late, (2, 2)),
            *(convolution(late, late, (1, 1)) for _ in range(deep)),
        )
        bands = math.ceil(mels / 8)  # halved three times
        self.narrow = nn.Sequential(nn.Conv1d(bands * late, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.context = nn.Sequential(*(Context(width, 2**layer) for layer in range(context)))
        self.attention = nn.Linear(width, width)
        self.out = nn.Linear(2 * width, len(AXES))

    def log_mel(self, waveform: Tensor) -> Tensor:
        """[B, T] -> [B, 1, frames, mels]: dB above the mean power of all frames so far, a tenth, halved."""
        power = self.front(waveform)
        level = power.mean(dim=2).cumsum(dim=1)
        mean = (level / torch.ones_like(level).cumsum(dim=1))[:, :, None]
        above = 10 * torch.log10((power + 1e-10) / (mean + 1e-10))
        return (above.clamp(FLOOR_DB, TOP_DB) / 20)[:, None]

    def tokens(self, log_mel: Tensor) -> Tensor:
        """[B, 1, frames, mels] -> [B, frames / 4, width]."""
        x: Tensor = self.body(log_mel)
        token: Tensor = self.context(self.narrow(x.transpose(2, 3).flatten(1, 2)))
        return token.transpose(1, 2)

    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, width] -> [B, 2 * width]: mean and deviation under a learned attention (Okabe et al. 2018)."""
        weights = torch.softmax(self.attention(tokens), dim=1)
        mean = (tokens * weights).sum(dim=1)
        square = (tokens.square() * weights).sum(dim=1)
        return torch.cat([mean, (square - mean.square()).clamp(min=1e-5).sqrt()], dim=1)


def build(spec: StudentSpec) -> Etude:
    """The untrained network of a size, with the dials that `spec.shape` sets by name.

    Raises:
        ValueError: there is no such dial.
    """
    known = dials(spec.size)
    if unknown := spec.shape.keys() - known.keys():
        raise ValueError(f"The student etude has no dial {', '.join(sorted(unknown))}; it has {', '.join(known)}.")
    return Etude(**known | spec.shape)
