"""Shards that were made elsewhere are checked, then read: nothing in them is believed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine import plugins
from engine.labelling.shard import ROWS, SCHEMA, stated
from engine.types import AXES, Floats, TeacherSpec, Trace


@dataclass(frozen=True)
class Said:
    """A row: what a teacher says of a clip, or the reason why it can't say anything."""

    clip_id: str
    name: str
    reason: str
    adv: Floats
    trace: Trace
    embedding: Floats | None
    speech_s: float
    made_at: float


def checked(path: Path) -> TeacherSpec:
    """The teacher whose answers a file holds, as this Etude knows it.

    Raises:
        ValueError: it is damaged, or no shard, or of another teacher than this Etude's, or holds what can't be.
    """
    try:
        with pq.ParquetFile(path) as table:
            if not table.schema_arrow.equals(SCHEMA):
                raise ValueError(f"{path.name} is not a shard of Etude: {_unlike(table.schema_arrow)}.")
            said = stated(path)
            if not said or not {"teacher", "fingerprint"} <= said.keys():
                raise ValueError(f"{path.name} does not say which teacher answered; label it again.")
            spec: TeacherSpec = plugins.load("teachers", str(said["teacher"])).SPEC
            if spec.fingerprint != said["fingerprint"]:
                raise ValueError(
                    f"{path.name} is of another version of the teacher {said['teacher']} than this one; "
                    "label it again, with the same Etude on every machine."
                )
            _check_rows(path.name, table)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"{path.name} is not Parquet, or is damaged; label it again.") from error
    return spec


def rows(path: Path) -> Iterator[Said]:
    """What a checked file holds."""
    with pq.ParquetFile(path) as table:
        for batch in table.iter_batches(ROWS):
            yield from map(_said, batch.to_pylist())


def _check_rows(name: str, table: pq.ParquetFile) -> None:
    seen, widths = set[str](), set[int]()
    for batch in table.iter_batches(ROWS):
        for row in batch.to_pylist():
            if not row["clip_id"] or row["clip_id"] in seen:
                raise ValueError(f"{name} names no clip in a row, or one twice; label it again.")
            seen.add(row["clip_id"])
            if not row["reason"] and (fault := _fault(row)):
                raise ValueError(f"{name}: of the clip {row['clip_id']} {fault}; label it again.")
            widths |= set() if row["embedding"] is None else {len(row["embedding"])}
    if len(widths) > 1:
        raise ValueError(f"{name} holds embeddings of several lengths; label it again.")


def _fault(row: dict[str, Any]) -> str:
    for column in ("hop_s", "window_s", "duration_s"):
        if row[column] is None or not 0 < row[column] < math.inf:
            return f"the {column} is no length of time"
    if row["speech_s"] is None or row["made_at"] is None or not 0 <= row["speech_s"] < math.inf:
        return "it is not said how long somebody speaks, or when it was labelled"
    if not row["trace"] or len(row["trace"]) % len(AXES):
        return "the trace has no whole rows"
    values = _numbers([*(row[axis] for axis in AXES), *row["trace"], *(row["embedding"] or [])])
    return "a value is endless" if np.isinf(values).any() else ""


def _unlike(found: pa.Schema) -> str:
    lacking = [name for name in SCHEMA.names if name not in found.names]
    odd = [name for name in SCHEMA.names if name in found.names and found.field(name).type != SCHEMA.field(name).type]
    foreign = [name for name in found.names if name not in SCHEMA.names]
    parts = {"it lacks": lacking, "of another type are": odd, "unknown are": foreign}
    told = [f"{words} {', '.join(names)[:200]}" for words, names in parts.items() if names]
    return "; ".join(told) or "its columns are in another order"


def _said(row: dict[str, Any]) -> Said:
    adv = _numbers([row[axis] for axis in AXES])
    values = _numbers(row["trace"] or []).reshape(-1, len(AXES))
    trace = Trace(values, row["hop_s"] or 0.0, row["window_s"] or 0.0, row["duration_s"] or 0.0)
    embedding = None if row["embedding"] is None else _numbers(row["embedding"])
    speech_s = row["speech_s"] or 0.0
    return Said(row["clip_id"], row["name"] or "", row["reason"] or "", adv, trace, embedding, speech_s, row["made_at"])


def _numbers(cells: list[float | None]) -> npt.NDArray[np.float32]:
    return np.array([np.nan if cell is None else cell for cell in cells], np.float32)
