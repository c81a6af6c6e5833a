"""Corrections: what people answered. Append-only; the newest that nobody undid stands."""

import dataclasses
import sqlite3
import time
from typing import Any

from engine.types import AXES
from store.connections import Connections
from store.records import CorrectionRecord


class Corrections:
    """The corrections of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: CorrectionRecord) -> CorrectionRecord:
        """Append a correction; gives it back with its id.

        Raises:
            ValueError: a raw score is outside 1..9, the verdict is unknown, or what it undoes is not there to undo.
        """
        row = _row(record)
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO corrections ({names}) VALUES ({marks}) RETURNING id"
        try:
            added = self._connections.query(sql, *row.values())
        except sqlite3.IntegrityError as error:
            raise ValueError(f"This correction cannot be kept ({error}).") from error
        return dataclasses.replace(record, id=added[0]["id"])

    def undo(self, correction_id: int, rater: str) -> CorrectionRecord:
        """Append the row that undoes a correction.

        Raises:
            ValueError: there is no such correction, it is an undo itself, or it is undone already.
        """
        rows = self._connections.query("SELECT * FROM corrections WHERE id = ? AND undoes IS NULL", correction_id)
        if not rows:
            raise ValueError(f"There is no correction {correction_id} to undo.")
        undo = dataclasses.replace(_record(rows[0]), rater=rater, undoes=correction_id, made_at=time.time())
        try:
            return self.add(undo)
        except ValueError as error:
            raise ValueError(f"The correction {correction_id} is undone already.") from error

    def standing(self, clip_id: str) -> CorrectionRecord | None:
        """The newest correction of a clip that nobody undid, or None."""
        sql = """SELECT * FROM corrections WHERE clip_id = ? AND undoes IS NULL
                 AND id NOT IN (SELECT undoes FROM corrections WHERE clip_id = ? AND undoes IS NOT NULL)
                 ORDER BY id DESC LIMIT 1"""
        rows = self._connections.query(sql, clip_id, clip_id)
        return _record(rows[0]) if rows else None

    def count(self) -> int:
        """How many rows there are, undos among them: it grows whenever anything is said."""
        return int(self._connections.query("SELECT COUNT(*) AS n FROM corrections")[0]["n"])

    def all_standing(self) -> dict[str, CorrectionRecord]:
        """For each clip that has one, the newest correction that nobody undid, by the clip's id."""
        sql = """SELECT * FROM corrections WHERE undoes IS NULL
                 AND id NOT IN (SELECT undoes FROM corrections WHERE undoes IS NOT NULL) ORDER BY id"""
        return {row["clip_id"]: _record(row) for row in self._connections.query(sql)}

    def history(self, clip_id: str) -> list[CorrectionRecord]:
        """Every correction of a clip and every undo, oldest first."""
        rows = self._connections.query("SELECT * FROM corrections WHERE clip_id = ? ORDER BY id", clip_id)
        return [_record(row) for row in rows]


_PLAIN = ("clip_id", "rater", "verdict", "blind", "seconds", "note", "undoes", "made_at")


def _row(record: CorrectionRecord) -> dict[str, Any]:
    raw = {f"raw_{axis}": score for axis, score in zip(AXES, record.raw, strict=True)}
    return raw | dict(zip(AXES, record.adv, strict=True)) | {name: getattr(record, name) for name in _PLAIN}


def _record(row: dict[str, Any]) -> CorrectionRecord:
    plain = {name: row[name] for name in _PLAIN} | {"id": row["id"], "blind": bool(row["blind"])}
    raw, adv = (tuple(row[prefix + axis] for axis in AXES) for prefix in ("raw_", ""))
    return CorrectionRecord(raw=raw, adv=adv, **plain)
