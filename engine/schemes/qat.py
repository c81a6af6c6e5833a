"""All in 4 bits but the smallest layers, a scale an output in linears, which a student learns to bear."""

from pathlib import Path

from engine import packing, qat
from engine.grids import INT4, INT4_ROWS
from engine.scheme import Given

TITLE = "int4 throughout, learnt (QAT)"
NEEDS = ("student", "lessons")


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.scheme`."""
    qat.write(source, target, packing.plan(source, INT4, INT4_ROWS), given)
