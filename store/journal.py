"""A job's journal: how long each of its stages has taken, and a log for people.

Stages are rows of their own and not text, so that whoever looks sees the same, also after a restart.
"""

import time

from store.connections import Connections
from store.records import LogLine, StageRecord


class Journal:
    """The journals of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def spend(self, job_id: int, stage: str, seconds: float, left_s: float | None = None) -> None:
        """Add to the time that a stage of a job has taken, and make it the one that the job is at.

        Args:
            job_id: the job.
            stage: its stage, one word.
            seconds: since the last call.
            left_s: until the whole job is done, as far as anybody can tell.
        """
        sql = """INSERT INTO stages (job_id, name, seconds, left_s, at) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (job_id, name) DO UPDATE SET
                 seconds = seconds + excluded.seconds, left_s = excluded.left_s, at = excluded.at"""
        self._connections.execute(sql, job_id, stage, seconds, left_s, time.time())

    def stages(self, job_id: int) -> list[StageRecord]:
        """What a job has been at; last the one that it is at now."""
        sql = "SELECT name, seconds, left_s, at FROM stages WHERE job_id = ? ORDER BY at, rowid"
        return [StageRecord(**row) for row in self._connections.query(sql, job_id)]

    def note(self, job_id: int, line: str) -> None:
        """Add a line to a job's log."""
        self._connections.execute("INSERT INTO log (job_id, at, line) VALUES (?, ?, ?)", job_id, time.time(), line)

    def log(self, job_id: int, limit: int = 100) -> list[LogLine]:
        """The last lines of a job's log, oldest first."""
        sql = "SELECT at, line FROM log WHERE job_id = ? ORDER BY rowid DESC LIMIT ?"
        return [LogLine(**row) for row in self._connections.query(sql, job_id, limit)][::-1]
