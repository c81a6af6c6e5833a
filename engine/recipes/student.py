"""Rebuilds a student that ships: `python -m engine.recipes.student SHARED [--run NAME] [--work DIR] [--step STEP]`.

Steps: crops (the teacher answers versions of every training clip), fit, export (writes assets/NAME.onnx, its contract
and its trained weights), card (scores the file on speakers it never heard, writes assets/NAME.md). Each goes on where
it was stopped. A step by itself: again (export and card from the trained weights that ship, after the graph changed).
"""

import argparse
import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from engine import plugins
from engine.exporting import export, scheme
from engine.exporting.scheme import Given
from engine.networks.network import Network
from engine.onnx_model import ASSETS, stated
from engine.recipes import student_card, student_crops
from engine.recipes.students import RUNS, SHIPPED, TEACHER, folder
from engine.training import distil, team, weights
from engine.training.crops import Crops
from engine.types import AXES, SAMPLE_RATE, StudentSpec

SHIPPED_BY = "auto"  # the scheme


def fit(work: Path, name: str, seed: int, processes: int) -> None:
    """Train a run to its end, from wherever it was stopped."""
    run = RUNS[name]
    options = replace(run.options, processes=processes)
    for told in team.distil(replace(run.spec, seed=seed), options, work, folder(work, name, seed)):
        if told.dev:
            scores = " / ".join(f"{value:.3f}" for value in told.dev)
            print(f"{name}-{seed}: pass {told.passes:.0f} of {told.of}, dev CCC to the teacher {scores}", flush=True)


def trained(work: Path, name: str, seed: int) -> Network:
    """The best student of a run."""
    return distil.load(replace(RUNS[name].spec, seed=seed), folder(work, name, seed))


def shipped(name: str) -> Network:
    """The student in assets/, from its trained weights."""
    home = ASSETS / f"{name}.json"
    return weights.load(StudentSpec(**stated(home)["spec"]), home.with_suffix(weights.SUFFIX))


def files(work: Path, name: str, seed: int) -> tuple[Path, Path]:
    """The run's student as fp32 ONNX, and made small without learning: by which runs are compared."""
    return exported(trained(work, name, seed), folder(work, name, seed))


def exported(student: Network, home: Path) -> tuple[Path, Path]:
    """The same of any student, in a folder."""
    home.mkdir(parents=True, exist_ok=True)
    export.to_onnx(student, home / "fp32.onnx")
    scheme.write("int8_int4", home / "fp32.onnx", home / "small.onnx", Given())
    return home / "fp32.onnx", home / "small.onnx"


def numbers(student: Network) -> int:
    """Trained parameters, and a frozen DFT where the file holds one: so the paper counts its 72K."""
    dft = [buffer for name, buffer in student.named_buffers() if name.endswith("dft")]
    return sum(each.numel() for each in (*student.parameters(), *dft))


def small(work: Path, name: str, student: Network, full: Path, target: Path) -> dict[str, Any]:
    """Make the file by SHIPPED_BY, and give what its contract says of that."""
    scheme.write(
        SHIPPED_BY, full, target, Given(student, Crops.open(work, "dev"), Crops.open(work, "train"), SHIPPED[name])
    )
    return {
        "scheme": SHIPPED_BY,
        "precision": plugins.load("schemes", SHIPPED_BY).TITLE,
        "opset": export.OPSET,
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "versions": export.versions(),
    }


def write(work: Path, name: str, seed: int, processes: int, target: Path) -> None:
    """Export, make small, and write the contract and the trained weights beside the file."""
    student, (full, _) = trained(work, name, seed), files(work, name, seed)
    made = small(work, name, student, full, target)
    weights.save(student, target.with_suffix(weights.SUFFIX))
    teacher, run = plugins.load("teachers", TEACHER).SPEC, RUNS[name]
    said = {
        "name": target.stem,
        "title": f"{run.title}, {made['precision']}",
        "teacher": teacher.name,
        "teacher_sha256": teacher.revision,
        "licence": teacher.licence,
        "axes": list(AXES),
        "sample_rate": SAMPLE_RATE,
        "window_s": teacher.window_s,
        "hop_s": teacher.hop_s,
        "parameters": numbers(student),
        "spec": asdict(replace(run.spec, seed=seed)),
        "options": asdict(replace(run.options, processes=processes)),
        "seeds": [seed],
        **made,
    }
    target.with_suffix(".json").write_text(json.dumps(said, indent=1) + "\n")


def again(work: Path, name: str, target: Path) -> None:
    """Export what ships anew, from its trained weights, and score it: what it learnt from stays as it is stated."""
    beside, student = target.with_suffix(".json"), shipped(name)
    full, _ = exported(student, work / "again" / name)
    before = stated(beside)
    beside.write_text(json.dumps(before | small(work, name, student, full, target), indent=1) + "\n")
    learnt_from = {key: before["metrics"][key] for key in ("train_hours", "voices")}
    student_card.write(target, student_card.measure(work, full, target) | learnt_from)


def main() -> None:
    """Run the steps in order, or one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--run", choices=SHIPPED, default="etude")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, default=Path("build/student"))
    parser.add_argument("--processes", type=int, default=2, help="of one thread each")
    parser.add_argument("--step", choices=("crops", "fit", "export", "card", "again"))
    given = parser.parse_args()
    wanted = [given.step] if given.step else ["crops", "fit", "export", "card"]
    target = ASSETS / f"{given.run}.onnx"
    if "crops" in wanted:
        student_crops.prepare(given.shared, given.work, TEACHER)
    if "fit" in wanted:
        fit(given.work, given.run, given.seed, given.processes)
    if "export" in wanted:
        write(given.work, given.run, given.seed, given.processes, target)
    if "card" in wanted:
        full = folder(given.work, given.run, given.seed) / "fp32.onnx"
        student_card.write(target, student_card.measure(given.work, full, target))
    if "again" in wanted:
        again(given.work, given.run, target)


if __name__ == "__main__":
    main()
