"""What came of trainings: the students in a list, and all that was measured of one, with its pictures."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from app import models
from engine import bundle
from engine.onnx_model import contract
from engine.types import Floats
from store.db import Store
from store.records import StudentRecord

Shown = dict[str, Any]


def listed(store: Store) -> Shown:
    """Every student that was trained here, newest first, with its agreement over all clips kept to choose by."""
    return {"students": [_line(record) for record in store.students.list()]}


def report(store: Store, name: str) -> Shown | None:
    """All that is known of a student; None: there is none of that name."""
    for record in store.students.list():
        if record.name == name:
            measured = {
                key: record.metrics.get(key) for key in ("to_people", "ccc_to_fp32", "behaviour", "best", "gate")
            }
            parts = [entry for entry in record.metrics.get("to_teacher", []) if entry["n"]]
            facts = {"licence": record.licence, "file": record.file, "parts": parts}
            return {**_line(record), **facts, **measured, **_pictures(store, record)}
    return None


def bundle_of(store: Store, name: str, folder: Path) -> Path:
    """A trained student's bundle, written into `folder` under a name of its own.

    Raises:
        ValueError: there is no such student, its file is lost, or it has not passed the gate.
    """
    file = store.folder / models.record(store, name).file
    with NamedTemporaryFile(dir=folder, suffix=".zip", delete=False) as target:
        path = Path(target.name)
    try:
        bundle.write(file, contract(file), path)
    except BaseException:
        path.unlink()
        raise
    return path


def _line(record: StudentRecord) -> Shown:
    every = (record.metrics.get("to_teacher") or [{}])[-1]
    spec = record.spec
    return {
        "name": record.name,
        "title": f"{spec.architecture}, size {spec.size}, seed {spec.seed}",
        "bytes": record.metrics.get("bytes"),
        "scheme": record.metrics.get("scheme"),
        "teacher": record.metrics.get("teacher"),
        "made_s": record.created_at,
        **{key: every.get(key) for key in ("n", "speakers", "ccc", "low", "high", "beside")},
    }


def _pictures(store: Store, record: StudentRecord) -> Shown:
    """Scatter and Bland-Altman figures for Plotly; none where the answers are gone, or too few."""
    from app import agreement  # Plotly's Python half: a second to import, and only this needs it

    path = (store.folder / record.file).with_suffix(".npz")
    if not path.exists():
        return {"scatter": None, "bland_altman": None}
    with np.load(path) as kept:
        said, taught = _floats(kept["said"]), _floats(kept["taught"])
        corpora = [str(name) for name in kept["corpora"]]
    groups = corpora if len(set(corpora)) > 1 else ()
    try:
        figures = agreement.scatter(said, taught, groups), agreement.bland_altman(said, taught)
    except ValueError:
        return {"scatter": None, "bland_altman": None}
    return dict(zip(("scatter", "bland_altman"), (json.loads(each.to_json()) for each in figures), strict=True))


def _floats(values: np.ndarray) -> Floats:
    return np.asarray(values, np.float32)
