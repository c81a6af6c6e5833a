"""Students: trained networks, of which at most one is live."""

import json
from dataclasses import asdict
from typing import Any

from engine.types import StudentSpec
from store.connections import Connections
from store.records import StudentRecord


class Students:
    """The students of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: StudentRecord) -> int:
        """Remember a student, and make it the live one if it says so; gives its id."""
        row = asdict(record) | {"spec": json.dumps(asdict(record.spec)), "metrics": json.dumps(record.metrics)}
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
        rows = self._connections.query("SELECT * FROM students WHERE id = ?", student_id)
        return _record(rows[0]) if rows else None

    def live(self) -> StudentRecord | None:
        """The live student, or None as long as nobody chose one."""
        rows = self._connections.query("SELECT * FROM students WHERE live = 1")
        return _record(rows[0]) if rows else None

    def make_live(self, student_id: int) -> None:
        """Make one student live in place of the one before.

        Raises:
            ValueError: there is no such student.
        """
        with self._connections.writing():
            self._connections.execute("UPDATE students SET live = 0 WHERE live = 1")
            if not self._connections.execute("UPDATE students SET live = 1 WHERE id = ?", student_id):
                raise ValueError(f"There is no student {student_id}.")


def _record(row: dict[str, Any]) -> StudentRecord:
    spec = StudentSpec(**json.loads(row["spec"]))
    return StudentRecord(**row | {"spec": spec, "metrics": json.loads(row["metrics"]), "live": bool(row["live"])})
