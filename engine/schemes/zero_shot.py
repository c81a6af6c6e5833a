"""As `static_int8`, calibrated on sounds made of the student's own batch norms: no clip is needed."""

from pathlib import Path

from engine.exporting import static, synthesis
from engine.exporting.scheme import Given

TITLE = "int8 with 8-bit activations, calibrated without clips (ZeroQ)"
NEEDS = ("student",)


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    assert given.student is not None
    static.write(source, target, synthesis.sounds(given.student, given.tell))
