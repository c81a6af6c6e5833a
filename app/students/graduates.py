"""The students in a list, those that come with Etude too, and all that was measured of one, with its pictures."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from app import models
from app.students import keeping
from app.training import chains
from engine.exporting import bundle
from engine.onnx_model import ASSETS, contract
from engine.types import Floats, StudentSpec
from store.db import Store
from store.records import StudentRecord

MEASURED = ("to_people", "to_people_known", "ccc_to_fp32", "behaviour", "best", "gate")

Shown = dict[str, Any]


def listed(store: Store) -> Shown:
    """Every student with its agreement on voices that it was not taught; those trained here newest first.

    `live` is the name of the one that answers, `before` of what a roll-back leads to, None: to nothing.
    """
    records = store.students.list()
    some, before = store.students.before()
    return {
        "students": [_kept(store, record, records) for record in records],
        "embedded": [_line(_embedded(name)) for name in models.EMBEDDED],
        "live": models.live(store),
        "before": (before.name if before else models.STUDENT) if some else None,
    }


def report(store: Store, name: str) -> Shown | None:
    """All that is known of a student; None: there is none of that name."""
    records = store.students.list()
    for record in [*map(_embedded, models.EMBEDDED), *records]:
        if record.name == name:
            measured = {key: record.metrics.get(key) for key in MEASURED}
            parts = [entry for entry in record.metrics.get("to_teacher", []) if entry["n"]]
            facts = {"licence": record.licence, "file": record.file, "parts": parts, "live": name == models.live(store)}
            line = _line(record) if name in models.EMBEDDED else _kept(store, record, records)
            curve = chains.curve(store, record.job) if record.job is not None else None
            return {**line, **facts, **measured, "curve": curve, **_pictures(store, record)}
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
        bundle.write(file, {**contract(file), "name": name}, path)
    except BaseException:
        path.unlink()
        raise
    return path


def _embedded(name: str) -> StudentRecord:
    """A student that comes with Etude, as if it had been trained here."""
    stated = contract(ASSETS / f"{name}.onnx")
    measured = {**stated["metrics"], "bytes": stated["bytes"], "teacher": stated["teacher"], "scheme": stated["scheme"]}
    spec, file = StudentSpec(**stated["spec"]), f"assets/{name}.onnx"
    return StudentRecord(
        name=name, spec=spec, data_fingerprint="", metrics=measured, file=file, licence=stated["licence"]
    )


def _kept(store: Store, record: StudentRecord, others: list[StudentRecord]) -> Shown:
    """A line, and what only a student that was trained here has."""
    same = [
        other.name
        for other in others
        if other.id < record.id
        and (other.arguments, other.data_fingerprint) == (record.arguments, record.data_fingerprint)
    ]
    return {
        **_line(record),
        "note": record.note,
        "data": record.data_fingerprint,
        "made_s": record.created_at,
        "parent": keeping.parent(store, record),
        "same_as": same[-1] if same and record.arguments else None,
    }


def _line(record: StudentRecord) -> Shown:
    every = (record.metrics.get("to_teacher") or [{}])[-1]
    spec = record.spec
    return {
        "name": record.name,
        "title": f"{spec.architecture}, size {spec.size}, seed {spec.seed}",
        "bytes": record.metrics.get("bytes"),
        "scheme": record.metrics.get("scheme"),
        "teacher": record.metrics.get("teacher"),
        **{key: every.get(key) for key in ("n", "speakers", "ccc", "low", "high", "beside")},
    }


def _pictures(store: Store, record: StudentRecord) -> Shown:
    """Scatter and Bland-Altman figures for Plotly; none where the answers are gone, or too few."""
    from app.students import scatter

    path = (store.folder / record.file).with_suffix(".npz")
    if not path.exists():
        return {"scatter": None, "bland_altman": None}
    with np.load(path) as kept:
        said, taught = _floats(kept["said"]), _floats(kept["taught"])
        corpora = [str(name) for name in kept["corpora"]]
    groups = corpora if len(set(corpora)) > 1 else ()
    try:
        figures = scatter.scatter(said, taught, groups), scatter.bland_altman(said, taught)
    except ValueError:
        return {"scatter": None, "bland_altman": None}
    return dict(zip(("scatter", "bland_altman"), (json.loads(each.to_json()) for each in figures), strict=True))


def _floats(values: np.ndarray) -> Floats:
    return np.asarray(values, np.float32)
