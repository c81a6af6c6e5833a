"""A student leaves: made smaller by a scheme, sent through the gate, and only then put where it was asked for.

A file that fails the gate is thrown away, and whatever was exported to the same place before stays as it is.
"""

import json
import os
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import models
from app.jobs import telling
from app.jobs.work import PARTS, Progress
from app.students import holdout
from engine import onnx_model, plugins
from engine.exporting import bundle, export, gate, scheme
from engine.exporting.gate import Held, Report
from engine.exporting.scheme import Given
from engine.training import distil
from store.db import Store

BUNDLE, FILE = ".zip", ".onnx"
FULL = "fp32.onnx"  # the student in float32, in the folder where files are made


@dataclass(frozen=True)
class Made:
    """A file that a scheme made, and how it came through the gate."""

    scheme: str
    file: Path
    report: Report


def write(store: Store, name: str, by: str, target: Path) -> Generator[Progress]:
    """Export a student to `target`: the bundle, or the ONNX file with its contract beside it, by the suffix.

    The result has `student`, `scheme`, `gate` (an `engine.exporting.gate.Report`), and `file`: None if it did not pass.

    Raises:
        ValueError: there is no such student or scheme, or `target` is of another kind or can't be written.
    """
    plugins.load("schemes", by)
    _check(target)
    yield Progress(0, PARTS, "The trained student is opened.")
    kept = onnx_model.contract(models.file(store, name))
    contract = {k: v for k, v in kept.items() if k != "bytes"} | {"name": name}
    given = Given(student=models.network(store, name))
    with TemporaryDirectory(prefix="etude-") as folder:
        home = Path(folder)
        clips, on = yield from holdout.clips(store, name, home)
        if scheme.takes(by, "lessons"):
            given = replace(given, lessons=(yield from holdout.taught(store, name, home)))
        made = yield from make(replace(given, clips=clips), by, on, home)
        if made.report.passed:
            _put(made.file, stated(contract, made), target)
    left = str(target) if made.report.passed else None
    result = {"student": name, "scheme": by, "file": left, "gate": made.report.plain()}
    yield Progress(PARTS, PARTS, f"{name} in {by} is checked.", result)


def make(given: Given, by: str, on: str, home: Path) -> Generator[Progress, None, Made]:
    """Make a student's file in `home` by a scheme, and send it through the gate.

    Args:
        given: `student`, and `clips` to hold the file to; whatever else the scheme needs.
        by: the scheme.
        on: what the clips are, in words.
        home: a folder; FULL in it is what the scheme begins with, written if it is not there.

    Raises:
        ValueError: the scheme can't make it of this.
    """
    assert given.student is not None
    assert given.clips is not None
    full, file = home / FULL, home / f"made-{by}.onnx"
    if not full.exists():
        export.to_onnx(given.student, full)
    asked = gate.some(given.clips)
    wanted = replace(given, clips=asked)
    yield from telling.steps(lambda tell: scheme.write(by, full, file, replace(wanted, tell=tell)))
    yield Progress(PARTS, PARTS, "The file goes through the gate.", stage="gate")
    held = Held(asked, on, distil.answers(given.student, asked))
    return Made(by, file, gate.check(file, held, full))


def stated(contract: dict[str, Any], made: Made) -> dict[str, Any]:
    """The contract of a student, for the file that a scheme made of it; `metrics` stay those of the file they name."""
    title = plugins.load("schemes", made.scheme).TITLE
    measured = contract.get("metrics_sha256", contract.get("sha256", made.report.sha256))
    return {
        **contract,
        "title": f"{contract['spec']['architecture']}, {contract['parameters']:,} parameters, {title}",
        "scheme": made.scheme, "precision": title, "opset": made.report.opset, "sha256": made.report.sha256,
        "metrics_sha256": measured, "gate": made.report.plain(),
    }  # fmt: skip


def _put(file: Path, contract: dict[str, Any], target: Path) -> None:
    """Each file appears whole, the student last: where it is, its contract is."""
    if target.suffix == BUNDLE:
        bundle.write(file, contract, target)
        return
    kept = {target.with_suffix(".json"): json.dumps(contract, indent=1).encode() + b"\n", target: file.read_bytes()}
    for path, content in kept.items():
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        partial.write_bytes(content)
        partial.replace(path)


def _check(target: Path) -> None:
    if target.suffix not in (BUNDLE, FILE):
        raise ValueError(f"Give a file that ends with {BUNDLE} for a bundle, or with {FILE}; not {target.name!r}.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise ValueError(f"The folder {target.parent} is missing or can't be written; choose another.")
