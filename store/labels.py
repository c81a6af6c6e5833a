"""Labels: what teachers answered. Keyed by clip, teacher and fingerprint; computing one again replaces it."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from statistics import median
from typing import Any

import numpy as np

from engine.types import AXES, Floats, Trace
from store.connections import Connections
from store.records import LabelRecord

PACE_OF = 200  # labels, the newest, from whose times a teacher's pace is told
_BLOB = np.dtype("<f4")


class Labels:
    """The labels of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: LabelRecord) -> None:
        """Remember a teacher's answer, and on its clip how long somebody speaks.

        Raises:
            ValueError: the clip is not in the library.
        """
        row = _row(record)
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        try:
            with self._connections.writing():
                self._connections.execute(f"INSERT OR REPLACE INTO labels ({names}) VALUES ({marks})", *row.values())
                spoken = "UPDATE clips SET speech_s = ? WHERE id = ?"
                self._connections.execute(spoken, record.speech_s, record.clip_id)
        except sqlite3.IntegrityError as error:
            raise ValueError(f"The clip {record.clip_id} is not in the library.") from error

    def get(self, clip_id: str, teacher: str) -> LabelRecord | None:
        """The teacher's newest answer for a clip, or None."""
        return self.for_clips([clip_id], teacher).get(clip_id)

    def for_clips(self, ids: Collection[str], teacher: str) -> dict[str, LabelRecord]:
        """The teacher's newest answers, by clip id; clips without one are left out."""
        sql = """SELECT * FROM labels WHERE teacher = ? AND clip_id IN (SELECT value FROM json_each(?))
                 ORDER BY made_at, rowid"""
        rows = self._connections.query(sql, teacher, json.dumps(list(ids)))
        return {row["clip_id"]: _record(row) for row in rows}

    def teachers(self) -> list[str]:
        """The names of the teachers who have answered any clip."""
        return [row["teacher"] for row in self._connections.query("SELECT DISTINCT teacher FROM labels ORDER BY 1")]

    def embeddings(self, fingerprint: str) -> tuple[Sequence[str], Floats]:
        """All pooled embeddings of a teacher as it is now: ids of clips, and float32 [clips, E]."""
        sql = "SELECT clip_id, embedding FROM labels WHERE fingerprint = ? AND embedding IS NOT NULL"
        rows = self._connections.db.execute(sql, [fingerprint]).fetchall()
        ids, blobs = list(zip(*rows, strict=True)) or ((), ())
        return ids, _floats(b"".join(blobs)).reshape(len(ids), -1 if ids else 0)

    def every(self, ids: Collection[str]) -> dict[str, list[LabelRecord]]:
        """All answers of all teachers, oldest first, by clip id; clips without one are left out."""
        sql = "SELECT * FROM labels WHERE clip_id IN (SELECT value FROM json_each(?)) ORDER BY made_at, rowid"
        found = defaultdict[str, list[LabelRecord]](list)
        for row in self._connections.query(sql, json.dumps(list(ids))):
            found[row["clip_id"]].append(_record(row))
        return dict(found)

    def pace(self, teacher: str) -> float | None:
        """Seconds of sound that a teacher has labelled a second, lately; None: too few labels to tell."""
        sql = """SELECT duration_s, made_at - LAG(made_at) OVER (ORDER BY made_at, rowid) AS took_s
                 FROM (SELECT rowid, * FROM labels WHERE teacher = ? ORDER BY made_at DESC LIMIT ?)"""
        rows = self._connections.query(sql, teacher, PACE_OF)
        paces = [row["duration_s"] / row["took_s"] for row in rows if row["took_s"]]
        return median(paces) if len(paces) >= PACE_OF // 10 else None

    def missing(self, fingerprint: str) -> list[str]:
        """Ids of the clips without a label of this fingerprint, oldest first."""
        sql = """SELECT id FROM clips WHERE NOT EXISTS
                 (SELECT 1 FROM labels WHERE fingerprint = ? AND clip_id = clips.id) ORDER BY added_at, id"""
        return [row["id"] for row in self._connections.query(sql, fingerprint)]


def _row(record: LabelRecord) -> dict[str, Any]:
    trace = record.trace
    return {
        "clip_id": record.clip_id, "teacher": record.teacher, "fingerprint": record.fingerprint,
        **dict(zip(AXES, map(float, record.adv), strict=True)),  # SQLite keeps NaN as NULL
        "trace": trace.values.astype(_BLOB).tobytes(),
        "hop_s": trace.hop_s, "window_s": trace.window_s, "duration_s": trace.duration_s,
        "embedding": None if record.embedding is None else record.embedding.astype(_BLOB).tobytes(),
        "speech_s": record.speech_s, "made_at": record.made_at,
    }  # fmt: skip


def _record(row: dict[str, Any]) -> LabelRecord:
    values = _floats(row["trace"]).reshape(-1, len(AXES))
    return LabelRecord(
        clip_id=row["clip_id"],
        teacher=row["teacher"],
        fingerprint=row["fingerprint"],
        adv=np.array([row[axis] for axis in AXES], dtype=np.float32),
        trace=Trace(values, row["hop_s"], row["window_s"], row["duration_s"]),
        embedding=None if row["embedding"] is None else _floats(row["embedding"]),
        speech_s=row["speech_s"],
        made_at=row["made_at"],
    )


def _floats(blob: bytes) -> Floats:
    return np.frombuffer(blob, dtype=_BLOB).astype(np.float32)
