"""What a student is told of its error: answers and targets [B, 3] and a weight a row [B] -> a scalar."""

import torch
from torch import Tensor

MIDDLE, STEEP = 0.5, 10.0


def ccc_loss(answers: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """1 - CCC (Lin 1989) over the batch, averaged over the axes."""
    share = torch.ones_like(answers[:, :1]) if weights is None else weights[:, None]
    share = share / share.sum()
    mean_a, mean_t = (share * answers).sum(0), (share * targets).sum(0)
    a, t = answers - mean_a, targets - mean_t
    spread = (share * (a.square() + t.square())).sum(0) + (mean_a - mean_t).square()
    return (1 - 2 * (share * a * t).sum(0) / (spread + 1e-6)).mean()


def squared(answers: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Mean squared error."""
    return ((answers - targets).square().mean(1) * weights).sum() / weights.sum()


def quadrant(answers: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """L1 between the sides of the middle that answer and target lie on, softened so that it has a slope."""
    side = torch.tanh(STEEP * (answers - MIDDLE)) - torch.tanh(STEEP * (targets - MIDDLE))
    return (side.abs().mean(1) * weights).sum() / weights.sum()


def following(projected: Tensor, embedding: Tensor) -> Tensor:
    """1 - cosine to the teacher's embedding [B, E], over the rows that have one (not all zeros)."""
    known = embedding.abs().sum(1) > 0
    if not bool(known.any()):
        return projected.sum() * 0
    return 1 - torch.nn.functional.cosine_similarity(projected[known], embedding[known]).mean()
