"""The students that are trained and compared: one table, so that every command means the same by a name."""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.training.presets import PRESETS, DistilOptions
from engine.types import StudentSpec

TEACHER = "embedded"
SHIPPED = {"etude": 40_000, "wav2small": 50_000}  # bytes at most; the names of their files in assets/ are their runs'


@dataclass(frozen=True)
class Run:
    """A student and the recipe it is taught by."""

    title: str
    spec: StudentSpec
    options: DistilOptions


# Wav2Small learns from a fourteenth as much a second, so it gets fewer passes: over an hour of a core all the same
PASSES, PASS_S = 8, 60_000.0
RUNS = {
    "etude": Run("Etude, 56K parameters", StudentSpec("etude"), PRESETS["etude"]),
    "etude_12": Run("Etude, size 12", StudentSpec("etude", size=12), PRESETS["etude"]),
    "etude_8": Run("Etude, size 8", StudentSpec("etude", size=8), PRESETS["etude"]),
    "wav2small": Run(
        "Wav2Small 72K", StudentSpec("wav2small", size=13), replace(PRESETS["etude"], passes=PASSES, pass_s=PASS_S)
    ),
    "wav2small_paper": Run(
        "Wav2Small 72K by the paper's recipe",
        StudentSpec("wav2small", size=13),
        replace(PRESETS["paper"], passes=PASSES, pass_s=PASS_S),
    ),
    "mobilenetv4_small": Run("MobileNetV4 small", StudentSpec("mobilenetv4_small"), PRESETS["etude"]),
}


def folder(work: Path, name: str, seed: int) -> Path:
    """Where a training keeps its state and its student."""
    return work / "runs" / f"{name}-{seed}"
