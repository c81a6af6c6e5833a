"""A shard: a part of a manifest's clips, answered by a teacher into one Parquet file; the unit in which work elsewhere
is done, lost and resumed.

The file appears only when it is whole, and says what it is made of, so that what is there already is left alone. The
manifest is a line of JSON a clip; a shard takes every so manieth, so that all take equally long.
"""

import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine import plugins
from engine.labelling.answering import TeacherError, answer
from engine.types import AXES, Answer, TeacherSpec

KEY = b"etude.shard"  # of what a file says about itself
ROWS = 200  # written at a time
SCHEMA = pa.schema(
    {
        "clip_id": pa.string(),
        **dict.fromkeys(AXES, pa.float32()),  # nothing where nobody speaks
        "trace": pa.list_(pa.float32()),  # row by row, in AXES order
        "hop_s": pa.float64(),
        "window_s": pa.float64(),
        "duration_s": pa.float64(),
        "embedding": pa.list_(pa.float32()),
        "speech_s": pa.float64(),
        "made_at": pa.float64(),  # seconds since 1970 (UTC)
        "name": pa.string(),
        "reason": pa.string(),  # why there is no answer; empty: there is one
    }
)

Made = dict[str, Any]  # of a shard: `shard`, `labelled`, `failed` (each with `path` and `reason`) and `skipped`


@dataclass(frozen=True)
class Wanted:
    """A line of a manifest: a clip's id, its file as every machine sees it, what a person calls it, its length."""

    id: str
    path: str
    name: str
    duration_s: float


@dataclass(frozen=True)
class Shard:
    """Which part of which work: the number goes from 0 to one less than `of`."""

    folder: str
    teacher: str
    number: int
    of: int

    @property
    def file(self) -> Path:
        """Where its answers are, or will be."""
        return Path(self.folder) / f"{_plain(self.teacher)}-{self.number:04}-of-{self.of:04}.parquet"


def manifest(folder: Path, teacher: str) -> Path:
    """Where a folder lists the clips that a teacher, as it is now, is to answer.

    Raises:
        ValueError: there is no such teacher.
    """
    return folder / f"{_plain(teacher)}-{_spec(teacher).fingerprint}.jsonl"


def wanted(folder: Path, teacher: str) -> list[Wanted]:
    """The manifest's clips.

    Raises:
        ValueError: there is none, or it is damaged.
    """
    path = manifest(folder, teacher)
    try:
        with path.open(encoding="utf-8") as lines:
            return [Wanted(**json.loads(line)) for line in lines]
    except OSError as error:
        raise ValueError(f"The manifest {path} can't be read ({error.strerror}).") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"The manifest {path} is damaged ({error}); delete it, and it is written anew.") from error


def make(shard: Shard) -> Made:
    """Answer a shard's clips, unless that was done: what is called in another process, on another machine, or by Ray.

    Raises:
        ValueError: the teacher can't be asked, the manifest can't be read, or the folder can't be written.
    """
    steps = making(shard)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            made: Made = end.value
            return made


def making(shard: Shard) -> Generator[tuple[int, int], None, Made]:
    """The same, a clip at a time: yields how many are done, and of how many."""
    spec = _spec(shard.teacher)
    clips = wanted(Path(shard.folder), shard.teacher)[shard.number :: shard.of]
    said = {"teacher": shard.teacher, "fingerprint": spec.fingerprint, "clips": _hash(clips)}
    made: Made = {"shard": shard.number, "labelled": 0, "failed": [], "skipped": stated(shard.file) == said}
    if made["skipped"]:
        return made
    part = shard.file.with_name(f".{shard.file.name}.{socket.gethostname()}-{os.getpid()}.part")
    try:
        with closing(pq.ParquetWriter(part, SCHEMA.with_metadata({KEY: json.dumps(said)}))) as table:
            rows = list[dict[str, Any]]()
            for done, clip in enumerate(clips):
                yield done, len(clips)
                rows.append(_row(clip, shard.teacher, made))
                if len(rows) == ROWS:
                    table.write_table(pa.Table.from_pylist(rows, SCHEMA))
                    rows.clear()
            table.write_table(pa.Table.from_pylist(rows, SCHEMA))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(shard.file)
        for other in part.parent.glob(f".{shard.file.name}.*.part"):  # what killed ones left
            other.unlink(missing_ok=True)
    except OSError as error:
        raise ValueError(f"{shard.file} can't be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)
    return made


def stated(path: Path) -> dict[str, Any] | None:
    """What a shard's file says of itself: `teacher`, its `fingerprint`, and a hash of the `clips`; None: it is none."""
    try:
        said = json.loads((pq.read_metadata(path).metadata or {}).get(KEY, b"null"))
    except (OSError, pa.ArrowInvalid, ValueError):
        return None
    return said if isinstance(said, dict) else None


def _row(clip: Wanted, teacher: str, made: Made) -> dict[str, Any]:
    row: dict[str, Any] = {"clip_id": clip.id, "name": clip.name, "made_at": time.time(), "reason": ""}
    try:
        said: Answer = answer(teacher, clip.path, clip.duration_s)
    except TeacherError:
        raise
    except Exception as error:  # whatever is wrong with one file, the others go on
        reason = str(error) if isinstance(error, ValueError) else f"Something unexpected: {error!r}."
        made["failed"].append({"path": clip.name, "reason": reason})
        return {**row, "reason": reason}
    made["labelled"] += 1
    values = [None if np.isnan(value) else float(value) for value in said.adv]
    return {
        **row,
        **dict(zip(AXES, values, strict=True)),
        "trace": said.trace.values.ravel(),
        "hop_s": said.trace.hop_s,
        "window_s": said.trace.window_s,
        "duration_s": said.duration_s,
        "embedding": said.embedding,
        "speech_s": said.speech_s,
        "made_at": time.time(),
    }


def _spec(teacher: str) -> TeacherSpec:
    spec: TeacherSpec = plugins.load("teachers", teacher).SPEC
    return spec


def _hash(clips: Sequence[Wanted]) -> str:
    return hashlib.sha256("\n".join(clip.id for clip in clips).encode()).hexdigest()[:16]


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "-", name)
