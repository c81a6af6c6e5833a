"""What every student network has, so that one loop can teach them all."""

from abc import abstractmethod

from torch import Tensor, nn


class Network(nn.Module):
    """Waveform to A/D/V in three steps; `out` is the last linear, into which calibration is folded.

    Shape:
        waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped.
    """

    out: nn.Linear

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
