"""Candidates: what searches have found. A search's list is written anew as a whole, since its front changes."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from engine.types import AXES, StudentSpec
from store.connections import Connections
from store.records import CandidateRecord

SAME = ("parameters", "bytes", "ms", "share", "rung", "passes")  # in a row as in a record


class Candidates:
    """The candidates of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def put(self, job_id: int, records: Sequence[CandidateRecord]) -> None:
        """Remember what a job has found so far, in place of what it had found before."""
        names = ("job_id", "place", "spec", *SAME, *AXES, "on_front")
        sql = f"INSERT INTO candidates ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        with self._connections.writing():
            self._connections.execute("DELETE FROM candidates WHERE job_id = ?", job_id)
            for place, record in enumerate(records):
                same = [getattr(record, name) for name in SAME]
                values = (json.dumps(asdict(record.spec)), *same, *record.ccc, int(record.on_front))
                self._connections.execute(sql, job_id, place, *values)

    def get(self, job_id: int) -> list[CandidateRecord]:
        """What a job has found, in the order in which it was found."""
        rows = self._connections.query("SELECT * FROM candidates WHERE job_id = ? ORDER BY place", job_id)
        return [
            CandidateRecord(
                spec=StudentSpec(**json.loads(row["spec"])),
                ccc=(row["arousal"], row["dominance"], row["valence"]),
                on_front=bool(row["on_front"]),
                **{name: row[name] for name in SAME},
            )
            for row in rows
        ]
