"""Curves: how a training went, a point at a time. A resumed training writes over what it does again."""

from dataclasses import asdict, fields

from store.connections import Connections
from store.records import CurvePoint


class Curves:
    """The curves of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, job_id: int, point: CurvePoint) -> None:
        """Remember a point of a job's curve."""
        row = {"job_id": job_id, **asdict(point)}
        sql = f"INSERT OR REPLACE INTO curves ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
        self._connections.execute(sql, *row.values())

    def pace(self, job_id: int) -> float | None:
        """Crops that a training has learnt from a second, on average; None: it has not learnt yet."""
        sql = "SELECT AVG(samples_s) AS pace FROM curves WHERE job_id = ? AND samples_s > 0"
        pace: float | None = self._connections.query(sql, job_id)[0]["pace"]
        return pace

    def get(self, job_id: int) -> list[CurvePoint]:
        """A job's curve in order."""
        rows = self._connections.query("SELECT * FROM curves WHERE job_id = ? ORDER BY passes", job_id)
        return [CurvePoint(**{field.name: row[field.name] for field in fields(CurvePoint)}) for row in rows]
