"""Rebuilds the embedded student: `python -m engine.recipes.student SHARED [--work DIR] [--step STEP]`.

Steps: crops (the teacher answers every training crop), fit, export (writes assets/wav2small.onnx and its contract),
card (scores the file on speakers it never heard, writes assets/wav2small.md).
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch

from engine import export, plugins, quantize
from engine.distil import DistilOptions, distil
from engine.network import Network
from engine.onnx_model import ASSETS
from engine.recipes import student_card, student_crops
from engine.types import AXES, SAMPLE_RATE, StudentSpec

TEACHER = "embedded"
SPEC = StudentSpec("wav2small", size=13, seed=0)
OPTIONS = DistilOptions()
DFT = 33 * 2 * 64  # frozen, which the paper counts among the 72K


def trained(work: Path) -> Network:
    """The student as `distil` kept it."""
    student: Network = plugins.load("students", SPEC.architecture).build(SPEC)
    student.load_state_dict(torch.load(work / "student.pt", weights_only=True))
    return student.eval()


def write(work: Path, target: Path) -> None:
    """Export, quantize, and write the contract beside the file."""
    student = trained(work)
    full = work / "student_fp32.onnx"
    export.to_onnx(student, full)
    quantize.int8_int4(full, target)
    teacher = plugins.load("teachers", TEACHER).SPEC
    stated = {
        "name": target.stem,
        "title": "Wav2Small 72K, int8 convolutions, int4 linears",
        "teacher": teacher.name,
        "teacher_sha256": teacher.revision,
        "licence": teacher.licence,
        "axes": list(AXES),
        "sample_rate": SAMPLE_RATE,
        "window_s": teacher.window_s,
        "hop_s": teacher.hop_s,
        "precision": "int8/int4 weights",
        "opset": export.OPSET,
        "parameters": sum(p.numel() for p in student.parameters()) + DFT,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "seeds": [SPEC.seed],
        "versions": export.versions(),
    }  # fmt: skip
    target.with_suffix(".json").write_text(json.dumps(stated, indent=1) + "\n")


def main() -> None:
    """Run the steps in order, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/student"))
    parser.add_argument("--step", choices=("crops", "fit", "export", "card"))
    given = parser.parse_args()
    wanted = [given.step] if given.step else ["crops", "fit", "export", "card"]
    if "crops" in wanted:
        student_crops.prepare(given.shared, given.work, TEACHER)
    if "fit" in wanted:
        distil(SPEC, OPTIONS, given.work, given.work / "student.pt")
    if "export" in wanted:
        write(given.work, ASSETS / "wav2small.onnx")
    if "card" in wanted:
        student_card.write(given.shared, given.work, ASSETS / "wav2small.onnx")


if __name__ == "__main__":
    main()
