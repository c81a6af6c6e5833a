"""The gate: no file leaves before it ran as a stranger would run it, and said what its student says.

It is opened by a plain onnxruntime in a process of its own (`engine.exporting.probe`) and asked about clips that the
student was not taught. Its answers are held to those of the student in float32, and to the teacher's; what nobody
should ask must be answered by numbers all the same. A report is the verdict and all figures; a few clips can't tell a
small loss.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from engine.exporting import probe, runtimes
from engine.onnx_model import OnnxModel
from engine.scoring import timing
from engine.scoring.measure import ccc
from engine.training.crops import Crops
from engine.types import AXES, Floats, ordered

MOST = 300  # clips that are asked

Figures = list[float | None]  # in AXES order; None: no number


@dataclass(frozen=True)
class Bars:
    """What is asked of a file."""

    least_ccc: float = 0.997  # to the student in float32, on each axis
    most_drop: float = 0.003  # of the CCC to the teacher, against the student in float32, on each axis
    noticed: float = 0.005  # a largest difference below this is none, whatever a CCC of nearly equal answers says
    few: int = 100  # with fewer clips a drop is told and not asked: it would be chance
    alike: float = 1e-4  # between a clip's answer alone and in a batch


@dataclass(frozen=True)
class Held:
    """What a file is held to.

    Shape:
        full: the student's answers in float32 to the clips, float32 [N, 3]; None: there is no student to compare with.
    """

    clips: Crops  # with the teacher's answers
    on: str  # what clips these are, in words
    full: Floats | None = None


@dataclass(frozen=True)
class Report:
    """How a file came through the gate; None: not measured."""

    bytes: int
    sha256: str
    opset: int
    ir_version: int
    onnxruntime: str  # the oldest release that opens it
    measured_on: str
    n: int  # clips
    ccc_to_fp32: Figures | None
    largest_difference: Figures | None  # from the student in float32
    ccc_to_teacher: Figures
    drop: Figures | None  # of the CCC to the teacher; negative: the file is nearer to it
    odd: dict[str, Figures]  # its answers to silence and extremes
    batch_difference: float | None
    ms: float | None  # for 5 s of sound, one thread
    of_fp32: float | None  # ms as a part of those of the float32 file in the same run
    memory_5s_bytes: int | None  # at most, over an empty process
    memory_60s_bytes: int | None
    reasons: tuple[str, ...]  # why it did not pass

    @property
    def passed(self) -> bool:
        """Whether the file may leave."""
        return not self.reasons

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {"passed": self.passed, **asdict(self), "reasons": list(self.reasons)}


def some(clips: Crops, most: int = MOST) -> Crops:
    """At most so many of the clips, spread evenly."""
    rows = np.unique(np.linspace(0, len(clips) - 1, most).astype(int))
    return Crops(clips.samples, *(getattr(clips, field.name)[rows] for field in fields(Crops)[1:]))


def check(file: Path, held: Held, fp32: Path | None = None, bars: Bars = Bars()) -> Report:
    """Run a file, audio [B, T] -> A/D/V [B, 3], through the gate.

    Args:
        file: the ONNX file; its contract, if there is one beside it, says in what order its axes are.
        held: what its answers are held to.
        fp32: the student as a float32 file, to compare times with.
        bars: what is asked.

    Raises:
        ValueError: it is no ONNX file, or takes and gives something else.
    """
    model = OnnxModel(file)
    told, said = _strangers(file, held.clips)
    said = ordered(said, model.contract["axes"])
    needs, figures = runtimes.needs(onnx.load(file)), _agreement(said, held)
    memory = told.get("memory_bytes", [None, None])
    return Report(
        bytes=file.stat().st_size, sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        opset=needs.opset, ir_version=needs.ir_version, onnxruntime=needs.onnxruntime,
        measured_on=held.on, n=len(said), **figures, **_times(file, fp32),
        odd=told.get("odd", {}), batch_difference=told.get("batch_difference"),
        memory_5s_bytes=memory[0], memory_60s_bytes=memory[1],
        reasons=(*_broken(told, said, bars), *_far(figures, len(said), bars)),
    )  # fmt: skip


def _strangers(file: Path, clips: Crops) -> tuple[dict[str, Any], Floats]:
    """What `engine.exporting.probe` tells of a file, and its answers to the clips, [N, 3]."""
    nothing = np.full((len(clips), len(AXES)), np.nan, np.float32)
    with TemporaryDirectory(prefix="etude-") as folder:
        home = Path(folder)
        probe.ask(home, (clips.clip(row) for row in range(len(clips))))
        command = [sys.executable, "-m", "engine.exporting.probe", str(home), str(file.absolute())]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode:
            return {"unopened": f"the process that ran it ended with code {done.returncode}"}, nothing
        told: dict[str, Any] = json.loads((home / probe.TOLD).read_text())
        return told, np.load(home / probe.ANSWERS) if "unopened" not in told else nothing


def _times(file: Path, fp32: Path | None) -> dict[str, Any]:
    """`ms` and `of_fp32`; None for a file that can't answer so much sound."""
    files = {"file": file} if fp32 is None else {"file": file, "fp32": fp32}
    try:
        times = timing.files_ms(files, probe.usual(probe.USUAL_S), sessions=3, rounds=10)
    except Exception:  # onnxruntime has no common class for its errors
        return {"ms": None, "of_fp32": None}
    share = None if fp32 is None else round(times["file"] / times["fp32"], 3)
    return {"ms": round(times["file"], 3), "of_fp32": share}


def _agreement(said: Floats, held: Held) -> dict[str, Any]:
    full, taught = held.full, held.clips.adv
    own = ccc(said, taught)
    if full is None:
        return {"ccc_to_fp32": None, "largest_difference": None, "ccc_to_teacher": _digits(own), "drop": None}
    return {
        "ccc_to_fp32": _digits(ccc(said, full)), "largest_difference": _digits(np.abs(said - full).max(axis=0)),
        "ccc_to_teacher": _digits(own), "drop": _digits(ccc(full, taught) - own),
    }  # fmt: skip


def _broken(told: dict[str, Any], said: Floats, bars: Bars) -> Iterator[str]:
    """Why nobody could use the file, whatever it says of speech."""
    if "unopened" in told:
        yield f"A plain onnxruntime can't run it: {told['unopened']}."
        return
    if refused := told["refused"]:
        yield f"It can't answer {', '.join(refused)}: {next(iter(refused.values()))}."
    for what, adv in told["odd"].items():
        if what not in told["refused"] and None in adv:
            yield f"Its answer to {what} is no number."
    if probe.SPEECH not in told["refused"] and not np.isfinite(said).all():
        yield f"Its answer to {probe.SPEECH} is no number."
    if (told["batch_difference"] or 0) > bars.alike:
        yield (
            f"In a batch it answers otherwise than alone, by {told['batch_difference']:.2g}; "
            f"{bars.alike:.4f} is allowed."
        )


def _far(figures: dict[str, Any], n: int, bars: Bars) -> Iterator[str]:
    """On which axis the file says something else than its student, and by how much."""
    if figures["drop"] is None or None in figures["drop"]:
        return
    for place, axis in enumerate(AXES):
        if figures["largest_difference"][place] <= bars.noticed:
            continue
        agreement, drop = figures["ccc_to_fp32"][place], figures["drop"][place]
        if agreement < bars.least_ccc:
            yield f"{axis.title()} agrees {agreement:.4f} with the fp32 student; {bars.least_ccc} is asked."
        if n >= bars.few and drop > bars.most_drop:
            yield f"{axis.title()} loses {drop:.4f} of its CCC to the teacher; {bars.most_drop} is allowed."


def _digits(values: np.ndarray) -> Figures:
    return [round(float(value), 5) + 0.0 if np.isfinite(value) else None for value in values]  # and no -0.0
