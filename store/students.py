"""Students: trained networks, of which at most one is live; none is, as long as the embedded one answers.

What was live when is kept, append-only: each entry knows the one before it, so rolling back twice goes back two steps.
"""

import json
import re
import time
from dataclasses import asdict
from typing import Any

from engine.types import StudentSpec
from store.connections import Connections
from store.records import StudentRecord

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # safe in a file's name and in an address


class Students:
    """The students of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: StudentRecord) -> int:
        """Remember a student, and make it the live one if it says so; gives its id."""
        row = asdict(record) | {name: json.dumps(value) for name, value in _as_json(record).items()}
        del row["id"], row["live"]
        sql = f"INSERT INTO students ({', '.join(row)}, live) VALUES ({', '.join('?' * len(row))}, 0) RETURNING id"
        student_id = int(self._connections.query(sql, *row.values())[0]["id"])
        if record.live:
            self.make_live(student_id)
        return student_id

    def list(self) -> list[StudentRecord]:
        """Every student, newest first."""
        return [_record(row) for row in self._connections.query("SELECT * FROM students ORDER BY id DESC")]

    def get(self, student_id: int) -> StudentRecord | None:
        """The student of that id, or None."""
        return self._one("id = ?", student_id)

    def get_by_name(self, name: str) -> StudentRecord | None:
        """The student of that name, or None."""
        return self._one("name = ?", name)

    def get_by_job(self, job_id: int) -> StudentRecord | None:
        """The student that a training made, or None."""
        return self._one("job = ?", job_id)

    def live(self) -> StudentRecord | None:
        """The live student, or None: the embedded one is."""
        return self._one("live = 1")

    def same(self, arguments: dict[str, Any], data_fingerprint: str) -> StudentRecord | None:
        """The newest student made by the very same order of the very same data, or None."""
        sql = "SELECT * FROM students WHERE data_fingerprint = ? ORDER BY id DESC"
        made = (_record(row) for row in self._connections.query(sql, data_fingerprint))
        wanted = json.loads(json.dumps(arguments))
        return next((record for record in made if record.arguments == wanted), None)

    def make_live(self, student_id: int | None) -> None:
        """Make one student live in place of the one before; None: the embedded one. Twice changes nothing.

        Raises:
            ValueError: there is no such student.
        """
        with self._connections.writing():
            now = self._now()
            if (now["student"] if now else None) == student_id:
                return
            self._switch(student_id, now["id"] if now else None)

    def roll_back(self) -> StudentRecord | None:
        """Make live what was live before, deleted students left out; gives it, None for the embedded one.

        Raises:
            ValueError: nothing was live before.
        """
        with self._connections.writing():
            place = self._now()
            if place is None:
                raise ValueError("Nothing was live before: the embedded student answers, as it always did.")
            before = self._before(place)
            self._switch(before["student"] if before else None, before["before"] if before else None)
        return self.live()

    def before(self) -> tuple[bool, StudentRecord | None]:
        """Whether there is something to roll back to, and what; None: the embedded one."""
        place = self._now()
        before = self._before(place) if place else None
        return place is not None, self.get(before["student"]) if before and before["student"] else None

    def rename(self, student_id: int, name: str) -> None:
        """Give a student another name; its files keep theirs.

        Raises:
            ValueError: the name is another's, or not one that can stand in an address.
        """
        if not NAME.fullmatch(name):
            raise ValueError("A name has letters of a to z, digits, and . _ - between them, 64 at most.")
        with self._connections.writing():
            other = self.get_by_name(name)
            if other is not None and other.id != student_id:
                raise ValueError(f"There is a student called {name!r} already; choose another name.")
            self._connections.execute("UPDATE students SET name = ? WHERE id = ?", name, student_id)

    def note(self, student_id: int, text: str) -> None:
        """Write down what people say of a student, in place of what they said before."""
        self._connections.execute("UPDATE students SET note = ? WHERE id = ?", text, student_id)

    def delete(self, student_id: int) -> None:
        """Forget a student; those that came after it get its parent.

        Raises:
            ValueError: it is live.
        """
        with self._connections.writing():
            record = self.get(student_id)
            if record is None:
                return
            if record.live:
                raise ValueError(f"{record.name} is live, and is not deleted: make another live, or roll back, first.")
            self._connections.execute("UPDATE students SET parent = ? WHERE parent = ?", record.parent, student_id)
            self._connections.execute("DELETE FROM students WHERE id = ?", student_id)

    def _one(self, where: str, *values: object) -> StudentRecord | None:
        rows = self._connections.query(f"SELECT * FROM students WHERE {where} ORDER BY id LIMIT 1", *values)
        return _record(rows[0]) if rows else None

    def _now(self) -> dict[str, Any] | None:
        rows = self._connections.query("SELECT * FROM lives ORDER BY id DESC LIMIT 1")
        return rows[0] if rows and (rows[0]["student"] is not None or rows[0]["before"] is not None) else None

    def _before(self, place: dict[str, Any]) -> dict[str, Any] | None:
        """The entry before one, skipping students that were deleted and those that are live now; None: the first."""
        now = place["student"]
        while place["before"] is not None:
            place = self._connections.query("SELECT * FROM lives WHERE id = ?", place["before"])[0]
            student = place["student"]
            if student != now and (student is None or self.get(student) is not None):
                return place
        return None

    def _switch(self, student_id: int | None, before: int | None) -> None:
        self._connections.execute("UPDATE students SET live = 0 WHERE live = 1")
        if student_id is not None and not self._connections.execute(
            "UPDATE students SET live = 1 WHERE id = ?", student_id
        ):
            raise ValueError(f"There is no student {student_id}.")
        sql = "INSERT INTO lives (student, before, at) VALUES (?, ?, ?)"
        self._connections.execute(sql, student_id, before, time.time())


def _as_json(record: StudentRecord) -> dict[str, Any]:
    return {"spec": asdict(record.spec), "metrics": record.metrics, "arguments": record.arguments}


def _record(row: dict[str, Any]) -> StudentRecord:
    held = {name: json.loads(row[name]) for name in ("spec", "metrics", "arguments")}
    return StudentRecord(**row | held | {"spec": StudentSpec(**held["spec"]), "live": bool(row["live"])})
