"""All weights in 8 bits, a scale an output; arithmetic in float."""

from pathlib import Path

from engine import packing
from engine.grids import INT8
from engine.scheme import Given

TITLE = "int8: all weights in 8 bits"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.scheme`."""
    packing.pack(source, target, packing.plan(source, INT8, INT8))
