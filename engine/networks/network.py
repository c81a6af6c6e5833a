"""What every student network has, so that one loop can teach them all."""

from abc import abstractmethod

import torch
from torch import Tensor, nn

from engine.types import SAMPLE_RATE


class Network(nn.Module):
    """Waveform to A/D/V in three steps; `out` is the last linear, into which calibration is folded.

    Shape:
        waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped.
    """

    out: nn.Linear
    tokens_per_s: float  # how many tokens a second of sound becomes

    @abstractmethod
    def log_mel(self, waveform: Tensor) -> Tensor:
        """Waveform [B, T] -> what the trained layers see; nothing in here is trained."""

    @abstractmethod
    def tokens(self, log_mel: Tensor) -> Tensor:
        """-> [B, N, E], N in proportion to the length."""

    @abstractmethod
    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, E] -> [B, E]."""

    def forward(self, waveform: Tensor) -> Tensor:
        adv: Tensor = self.out(self.pooled(self.tokens(self.log_mel(waveform))))
        return adv

    def trace(self, waveform: Tensor, window_s: float, hop_s: float) -> Tensor:
        """A/D/V of a window that slides over the clip: the tokens are computed once, and each window's are pooled.

        A window's tokens have heard the whole clip's level and a little beyond the window's ends, so a row is near,
        but not equal, to the answer for the window cut out. A clip shorter than the window has one row, the clip's own.

        Shape:
            waveform [B, T] at 16 kHz -> [B, W, 3]: the rows and the times of an `engine.types.Trace`.

        Raises:
            ValueError: a window or hop of no length.
        """
        if window_s <= 0 or hop_s <= 0:
            raise ValueError(f"A window and its hop last some time, got {window_s} s and {hop_s} s.")
        tokens = self.tokens(self.log_mel(waveform))
        wide = max(1, round(window_s * self.tokens_per_s))
        last = max(0, tokens.shape[1] - wide)
        window, hop = int(window_s * SAMPLE_RATE), int(hop_s * SAMPLE_RATE)
        count = 1 + max(0, waveform.shape[1] - window) // hop
        starts = [min(round(row * hop_s * self.tokens_per_s), last) for row in range(count)]
        pooled = torch.stack([self.pooled(tokens[:, start : start + wide]) for start in starts], dim=1)
        adv: Tensor = self.out(pooled)
        return adv
