"""All weights in 8 bits, a scale an output; arithmetic in float."""

from pathlib import Path

from engine.exporting import packing
from engine.exporting.grids import INT8
from engine.exporting.scheme import Given

TITLE = "int8: all weights in 8 bits"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    packing.pack(source, target, packing.plan(source, INT8, INT8))
