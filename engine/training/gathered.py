"""One batch in several processes: each learns from the agreement over all of it.

Agreement over a part of a batch is a noisier measure than over the whole, and is learnt from less well.
"""

import torch
import torch.distributed as dist
from torch import Tensor


def gathered(answers: Tensor, size: int, rank: int, of: int) -> Tensor:
    """This process's answers among those of all; only its own carry a gradient.

    Shape:
        answers: [W, b, 3] to the rows rank, rank + of, ... of a batch -> [W, size, 3]: those of the first process, then
        those of the second, and so on.
    """
    if of == 1:
        return answers
    mine = answers.new_zeros(answers.shape[0], -(-size // of), answers.shape[2])  # all send equally much
    mine[:, : answers.shape[1]] = answers.detach()
    parts = [torch.empty_like(mine) for _ in range(of)]
    dist.all_gather(parts, mine)
    whole = [part[:, : len(range(other, size, of))] for other, part in enumerate(parts)]
    whole[rank] = answers
    return torch.cat(whole, dim=1)
