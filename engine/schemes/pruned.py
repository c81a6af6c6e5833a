"""Half of the linears' weights are zero, two of each four, the rest in 4 bits, which a student learns to bear.

Only the file is smaller: onnxruntime multiplies by the zeros as well.
"""

from pathlib import Path

from engine.exporting import packing, qat
from engine.exporting.grids import INT4, SPARSE4
from engine.exporting.scheme import Given

TITLE = "two of four weights of the linears zero, the rest int4, learnt: size only"
NEEDS = ("student", "lessons")


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    qat.write(source, target, packing.plan(source, INT4, SPARSE4), given)
