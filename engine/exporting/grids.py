"""Weights on a grid of few levels, one scale a block: what a quantized file holds, and what fine-tuning pretends.

The largest weight of a block, whatever its sign, lies on the grid's far end, where there is one level more: finer by
an eighth, at sixteen levels, than as many a side. A grid is thus the same for a row and for its multiples, so it does
not matter whether a batch norm is already folded into the row.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

BLOCK = 32


@dataclass(frozen=True)
class Grid:
    """How finely the rows of a matrix are kept."""

    levels: int
    block: int | None = None  # about how many weights in a row share a scale; None: the whole row
    sparse: bool = False  # two of each four weights in a row are zero (2:4, Mishra et al. 2021, arXiv 2104.08378)

    @property
    def bits(self) -> float:
        """Bits a weight as they are packed, scales not counted."""
        kept = PACKED[self.levels].bits
        return kept / 2 + PACKED[len(PAIRS)].bits / 4 if self.sparse else kept

    def __str__(self) -> str:
        spread = f" in blocks of {self.block}" if self.block else " in rows"
        return f"{self.bits:.2g} bits{spread}" + (", half of them zero" if self.sparse else "")


@dataclass(frozen=True)
class Word:
    """How many numbers of so many levels share an unsigned integer of how many bytes."""

    digits: int
    bytes: int

    @property
    def bits(self) -> float:
        """Of one number."""
        return 8 * self.bytes / self.digits


PACKED = {256: Word(1, 1), 40: Word(3, 2), 16: Word(2, 1), 6: Word(3, 1)}  # 8, 5.3, 4 and 2.7 bits
INT8, INT5, INT4, INT3 = Grid(256), Grid(40, BLOCK), Grid(16, BLOCK), Grid(6, BLOCK)
INT4_ROWS, SPARSE4 = Grid(16), Grid(16, BLOCK, sparse=True)
FOUR = 4
PAIRS = tuple(combinations(range(FOUR), 2))  # the places of four that are kept; six, as PACKED knows them


def split(matrix: Tensor, grid: Grid) -> Tensor:
    """Rows cut into equal blocks of about the grid's size, the last of a row filled with zeros.

    Shape:
        [rows, length] -> [rows * blocks, size].
    """
    length = matrix.shape[1]
    size = _size(length, grid.block) if grid.block else length
    size += -size % FOUR if grid.sparse else 0
    return torch.nn.functional.pad(matrix, (0, -length % size)).reshape(-1, size)


def _size(length: int, block: int) -> int:
    """Of equal blocks: a divisor of the length that is about as long as asked, else what leaves little to fill."""
    near = [size for size in range(3 * block // 4, 5 * block // 4 + 1) if length % size == 0]
    return min(near, key=lambda size: abs(size - block)) if near else math.ceil(length / math.ceil(length / block))


def join(blocks: Tensor, rows: int, length: int) -> Tensor:
    """What `split` cut: [rows * blocks, size] -> [rows, length]."""
    return blocks.reshape(rows, -1)[:, :length]


def steps(matrix: Tensor, grid: Grid) -> tuple[Tensor, Tensor]:
    """The place of each weight on its block's grid, -levels/2 .. levels/2 - 1, and the blocks' scales.

    Shape:
        [rows, length] -> [rows * blocks, size] whole numbers, [rows * blocks, 1], exact in half precision.
    """
    blocks = split(matrix, grid)
    if grid.sparse:
        fours = blocks.reshape(-1, FOUR)
        least = fours.abs().argsort(dim=1)[:, :2]
        blocks = fours.scatter(1, least, 0.0).view_as(blocks)
    far = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    scale = (far / -(grid.levels // 2)).half().float()
    scale = torch.where(scale == 0, 1.0, scale)
    return (blocks / scale).round().clamp(-(grid.levels // 2), grid.levels // 2 - 1), scale


def pairs(places: Tensor) -> tuple[Tensor, Tensor]:
    """Which two of each four are kept, as a place in PAIRS, and these two; the other two are zero.

    Shape:
        [..., 4 n] -> whole numbers [n of all], [n of all, 2].
    """
    fours = places.reshape(-1, FOUR)
    codes = torch.stack([fours[:, pair].abs().sum(dim=1) for pair in map(list, PAIRS)], dim=1).argmax(dim=1)
    return codes, fours.gather(1, torch.tensor(PAIRS)[codes])


def rounded(matrix: Tensor, grid: Grid) -> Tensor:
    """The matrix as a file of that grid gives it back: [rows, length] -> the same."""
    places, scale = steps(matrix, grid)
    return join(places * scale, *matrix.shape)
