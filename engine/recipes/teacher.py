"""Rebuilds a teacher that ships: `python -m engine.recipes.teacher SHARED [--name NAME] [--work DIR] [--step STEP]`.

SHARED holds `corpus/` and `weights/`. Steps: features, fit (once a seed), loco (leave one corpus out, a figure
only, of `embedded`), export (writes the ONNX file and its contract), card (scores the file, writes its card).
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch

from engine.exporting import export, quantize
from engine.networks.whisper import Ensemble
from engine.onnx_model import ASSETS
from engine.recipes import teacher_card, teacher_features
from engine.recipes.teacher_fit import FitOptions, branch, branch_file, fit, without
from engine.recipes.teachers import RUNS, TeacherRun
from engine.recipes.voices import ACTED
from engine.types import AXES, SAMPLE_RATE


def fit_branch(shared: Path, work: Path, options: FitOptions) -> None:
    """Train one branch and keep its weights in `work`."""
    teacher, score = fit(shared, work, options)
    torch.save(teacher.state_dict(), branch_file(work, options))
    print(f"{branch_file(work, options).stem}: mean dev CCC {score:.3f}")


def write(work: Path, name: str, run: TeacherRun, target: Path) -> None:
    """Export all branches on one trunk, in int8, with the contract beside it."""
    ensemble = Ensemble([branch(work, options) for options in run.branches]).eval()
    full = work / f"{run.file}_fp32.onnx"
    export.to_onnx(ensemble, full, ("adv", "embedding"))
    quantize.dynamic_int8(full, target)
    stated = {
        "name": name,
        "title": run.title,
        "source": "openai/whisper tiny.en, fine-tuned by engine/recipes/teacher.py",
        "licence": run.licence,
        "axes": list(AXES),
        "sample_rate": SAMPLE_RATE,
        "window_s": 2.0,
        "hop_s": 0.25,
        "precision": "int8",
        "opset": export.OPSET,
        "parameters": export.parameters(full),
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "seeds": [options.seed for options in run.branches],
        "versions": export.versions(),
    }
    target.with_suffix(".json").write_text(json.dumps(stated, indent=1) + "\n")


def main() -> None:
    """Run the steps in order, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--name", choices=RUNS, default="embedded")
    parser.add_argument("--work", type=Path, default=Path("build/teacher"))
    parser.add_argument("--step", choices=("features", "fit", "loco", "export", "card"))
    parser.add_argument("--branch", type=int, help="with --step fit: this branch only")
    given = parser.parse_args()
    run = RUNS[given.name]
    target = ASSETS / f"{run.file}.onnx"
    wanted = [given.step] if given.step else ["features", "fit", "loco", "export", "card"]
    if "features" in wanted:
        teacher_features.prepare(given.shared, given.work, run.corpora)
    if "fit" in wanted:
        for number, options in enumerate(run.branches):
            if given.branch in (None, number):
                fit_branch(given.shared, given.work, options)
    if "loco" in wanted and given.name == "embedded":
        for corpus in ACTED:
            fit_branch(given.shared, given.work, without(corpus))
    if "export" in wanted:
        write(given.work, given.name, run, target)
    if "card" in wanted:
        teacher_card.write(given.shared, given.work, target)


if __name__ == "__main__":
    main()
