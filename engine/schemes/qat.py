"""All in 4 bits but the smallest layers, a scale an output in linears, which a student learns to bear."""

from pathlib import Path

from engine.exporting import packing, qat
from engine.exporting.grids import INT4, INT4_ROWS
from engine.exporting.scheme import Given

TITLE = "int4 throughout, learnt (QAT)"
NEEDS = ("student", "lessons")


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    qat.write(source, target, packing.plan(source, INT4, INT4_ROWS), given)
