"""Corrections: what people answered. Append-only; of each rater, the newest that nobody undid stands.

`+undoes` keeps SQLite from looking through the index of undos, in which all answers are alike.
"""

import dataclasses
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from engine.types import AXES
from store.connections import Connections
from store.records import CorrectionRecord


class Corrections:
    """The corrections of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: CorrectionRecord) -> CorrectionRecord:
        """Append a correction; gives it back with its id. A token that was there already adds nothing.

        Raises:
            ValueError: a raw score is outside 1..9, the verdict is unknown, or what it undoes is not there to undo.
        """
        if known := self._of_token(record.token):
            return known
        row = _row(record)
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO corrections ({names}) VALUES ({marks}) RETURNING id"
        try:
            added = self._connections.query(sql, *row.values())
        except sqlite3.IntegrityError as error:
            raise ValueError(f"This correction cannot be kept ({error}).") from error
        return dataclasses.replace(record, id=added[0]["id"])

    def add_many(self, records: Iterable[CorrectionRecord]) -> list[CorrectionRecord]:
        """Append corrections, all or none; as `add`."""
        with self._connections.writing():
            return [self.add(record) for record in records]

    def undo(self, correction_id: int, rater: str, token: str = "") -> CorrectionRecord:
        """Append the row that undoes a correction; a token that was there already adds nothing.

        Raises:
            ValueError: there is no such correction, it is an undo itself, or it is undone already.
        """
        if known := self._of_token(token):
            return known
        rows = self._connections.query("SELECT * FROM corrections WHERE id = ? AND undoes IS NULL", correction_id)
        if not rows:
            raise ValueError(f"There is no correction {correction_id} to undo.")
        said = _record(rows[0])
        undo = dataclasses.replace(said, rater=rater, undoes=correction_id, token=token, made_at=time.time())
        try:
            return self.add(undo)
        except ValueError as error:
            raise ValueError(f"The correction {correction_id} is undone already.") from error

    def undo_many(self, ids: Iterable[int], rater: str) -> list[CorrectionRecord]:
        """Undo corrections, all or none; as `undo`."""
        with self._connections.writing():
            return [self.undo(correction_id, rater) for correction_id in ids]

    def standing_of(self, prefix: str) -> list[int]:
        """Ids of the corrections whose token begins so and that nobody undid, oldest first."""
        sql = """SELECT id FROM corrections AS said WHERE token >= ? AND token < ? AND token != ''
                 AND NOT EXISTS (SELECT 1 FROM corrections WHERE undoes = said.id) ORDER BY id"""
        return [row["id"] for row in self._connections.query(sql, prefix, f"{prefix}\U0010ffff")]

    def standing(self, clip_id: str) -> CorrectionRecord | None:
        """The newest correction of a clip that nobody undid, or None."""
        sql = """SELECT * FROM corrections WHERE clip_id = ? AND +undoes IS NULL
                 AND id NOT IN (SELECT undoes FROM corrections WHERE clip_id = ? AND undoes IS NOT NULL)
                 ORDER BY id DESC LIMIT 1"""
        rows = self._connections.query(sql, clip_id, clip_id)
        return _record(rows[0]) if rows else None

    def count(self) -> int:
        """How many rows there are, undos among them: it grows whenever anything is said."""
        return int(self._connections.query("SELECT COUNT(*) AS n FROM corrections")[0]["n"])

    def ratings(self, ids: Collection[str] | None = None) -> dict[str, list[CorrectionRecord]]:
        """Each rater's answer that stands, oldest first, by clip id; of all clips, or of those of `ids`."""
        sql = "SELECT corrections.* FROM ratings JOIN corrections ON corrections.id = correction"
        wanted = " WHERE ratings.clip_id IN (SELECT value FROM json_each(?))"
        chosen = () if ids is None else (json.dumps(list(ids)),)
        found = defaultdict[str, list[CorrectionRecord]](list)
        for row in self._connections.query(sql + (wanted if chosen else "") + " ORDER BY correction", *chosen):
            found[row["clip_id"]].append(_record(row))
        return dict(found)

    def raters(self) -> list[str]:
        """Everybody whose answer stands for some clip."""
        return [row["rater"] for row in self._connections.query("SELECT DISTINCT rater FROM ratings ORDER BY rater")]

    def repeats(self) -> list[list[CorrectionRecord]]:
        """All answers, that nobody undid, of one rater to one clip, oldest first, wherever there are several."""
        sql = """SELECT * FROM corrections AS said WHERE undoes IS NULL
                 AND NOT EXISTS (SELECT 1 FROM corrections WHERE undoes = said.id) ORDER BY id"""
        found = defaultdict[tuple[str, str], list[CorrectionRecord]](list)
        for row in self._connections.query(sql):
            found[row["rater"], row["clip_id"]].append(_record(row))
        return [several for several in found.values() if len(several) > 1]

    def all(self) -> Iterator[CorrectionRecord]:
        """Every row, undos among them, oldest first."""
        for row in self._connections.db.query("SELECT * FROM corrections ORDER BY id"):
            yield _record(row)

    def history(self, clip_id: str) -> list[CorrectionRecord]:
        """Every correction of a clip and every undo, oldest first."""
        rows = self._connections.query("SELECT * FROM corrections WHERE clip_id = ? ORDER BY id", clip_id)
        return [_record(row) for row in rows]

    def recent(self, rater: str, limit: int = 1) -> list[CorrectionRecord]:
        """The newest answers of a rater that nobody undid, newest first, whatever the clips."""
        sql = """SELECT * FROM corrections AS said WHERE rater = ? AND +undoes IS NULL
                 AND NOT EXISTS (SELECT 1 FROM corrections WHERE undoes = said.id) ORDER BY id DESC LIMIT ?"""
        return [_record(row) for row in self._connections.query(sql, rater, limit)]

    def tally(self, rater: str, since: float) -> dict[str, int]:
        """How many clips a rater has answered from a time on: all (`done`), and those shown as `random`, `repeat`."""
        sql = """SELECT COUNT(DISTINCT clip_id) AS done,
                 COUNT(DISTINCT IIF(shown = 'random', clip_id, NULL)) AS random,
                 COUNT(DISTINCT IIF(shown = 'repeat', clip_id, NULL)) AS repeat
                 FROM corrections AS said WHERE rater = ? AND made_at >= ? AND +undoes IS NULL
                 AND NOT EXISTS (SELECT 1 FROM corrections WHERE undoes = said.id)"""
        return dict(self._connections.query(sql, rater, since)[0])

    def _of_token(self, token: str) -> CorrectionRecord | None:
        rows = self._connections.query("SELECT * FROM corrections WHERE token = ? AND token != ''", token)
        return _record(rows[0]) if rows else None


_PLAIN = ("clip_id", "rater", "verdict", "seconds", "note", "undoes", "shown", "token", "stated", "made_at")
_FLAGS = ("blind", "flag")


def _row(record: CorrectionRecord) -> dict[str, Any]:
    raw = {f"raw_{axis}": score for axis, score in zip(AXES, record.raw, strict=True)}
    return raw | dict(zip(AXES, record.adv, strict=True)) | {name: getattr(record, name) for name in _PLAIN + _FLAGS}


def _record(row: dict[str, Any]) -> CorrectionRecord:
    plain = {name: row[name] for name in _PLAIN} | {"id": row["id"]} | {name: bool(row[name]) for name in _FLAGS}
    raw, adv = (tuple(row[prefix + axis] for axis in AXES) for prefix in ("raw_", ""))
    return CorrectionRecord(raw=raw, adv=adv, **plain)
