"""Convolutions in 8 bits, large linears in 4: holds without training."""

from pathlib import Path

from engine import quantize
from engine.scheme import Given

TITLE = "convolutions int8, large linears int4"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.scheme`."""
    quantize.smallest(source, target)
