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


# Others learn many times as slowly as Etude's own, so they hear half as much, which takes far longer all the same
OURS, PAPERS = (replace(PRESETS[name], passes=8, pass_s=60_000.0) for name in ("etude", "paper"))
RUNS = {
    "etude": Run("Etude, 56K parameters", StudentSpec("etude"), PRESETS["etude"]),
    "etude_12": Run("Etude, size 12", StudentSpec("etude", size=12), PRESETS["etude"]),
    "etude_8": Run("Etude, size 8", StudentSpec("etude", size=8), PRESETS["etude"]),
    "wav2small": Run("Wav2Small 72K", StudentSpec("wav2small", size=13), OURS),
    "wav2small_paper": Run(
        "Wav2Small 72K by the paper's recipe",
        StudentSpec("wav2small", size=13),
        PAPERS,
    ),
    "mobilenetv4_small": Run("MobileNetV4 small", StudentSpec("mobilenetv4_small"), OURS),
}


def folder(work: Path, name: str, seed: int) -> Path:
    """Where a training keeps its state and its student."""
    return work / "runs" / f"{name}-{seed}"
