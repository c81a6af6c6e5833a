"""A student while it is taught: with a projection onto its teacher's embedding, which is thrown away afterwards."""

from torch import Tensor, nn

from engine.networks.network import Network


class Pupil(nn.Module):
    """The student, and the projection."""

    def __init__(self, student: Network, embedding: int) -> None:
        super().__init__()
        self.student = student
        self.project = nn.LazyLinear(embedding)

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.student.pooled(self.student.tokens(log_mel)).float()
        return self.student.out(pooled), self.project(pooled)
