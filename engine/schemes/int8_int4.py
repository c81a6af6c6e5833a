"""Convolutions over time and mel in 8 bits, all else in 4: holds without training."""

from pathlib import Path

from engine.exporting import packing
from engine.exporting.grids import INT4, INT8
from engine.exporting.scheme import Given

TITLE = "int8 convolutions, int4 linears in blocks"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    packing.pack(source, target, packing.plan(source, INT8, INT4))
