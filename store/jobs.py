"""Jobs: rows that workers claim. Whoever holds a job is its `worker`; only the holder may beat, finish or fail it."""

import json
import time
from typing import Any

from store.connections import Connections
from store.records import JobRecord, Refusal

ATTEMPTS = 3  # workers that may die at the same place of a job before it is given up
GIVEN_UP = (
    f"Given up: {ATTEMPTS} workers were stopped at the same place ({{}}). Most likely the memory did not suffice: "
    "close other programs, and start it again."
)


class Jobs:
    """The jobs of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, kind: str, arguments: dict[str, Any]) -> int:
        """Queue a job; gives its id."""
        sql = "INSERT INTO jobs (kind, arguments, state, created_at) VALUES (?, ?, 'queued', ?) RETURNING id"
        return int(self._connections.query(sql, kind, json.dumps(arguments), time.time())[0]["id"])

    def get(self, job_id: int) -> JobRecord | None:
        """The job of that id, or None."""
        return _first(self._connections.query("SELECT * FROM jobs WHERE id = ?", job_id))

    def claim(self, worker: str, job_id: int | None = None) -> JobRecord | None:
        """Take the oldest queued job, or the one of that id; None: there is none that waits.

        It is one statement, so that no two workers take the same.
        """
        sql = """UPDATE jobs SET state = 'running', worker = ?, started_at = IFNULL(started_at, ?), heartbeat_at = ?,
                 attempts = attempts + 1
                 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND id = IFNULL(?, id) ORDER BY id LIMIT 1)
                 RETURNING *"""
        now = time.time()
        return _first(self._connections.query(sql, worker, now, now, job_id))

    def beat(self, job: JobRecord, progress: float, message: str) -> bool:
        """Tell how far a job is (0..1); False: the job was cancelled or given to another worker, so stop."""
        sql = """UPDATE jobs SET heartbeat_at = ?, message = ?, progress = MAX(progress, ?),
                 attempts = CASE WHEN ? > progress THEN 1 ELSE attempts END
                 WHERE id = ? AND worker = ? AND state = 'running'"""
        return self._connections.execute(sql, time.time(), message, progress, progress, job.id, job.worker) == 1

    def finish(self, job: JobRecord, result: dict[str, Any]) -> None:
        """Mark a job as done, unless it was cancelled or given to another meanwhile."""
        self._end(job, state="done", progress=1.0, result=json.dumps(result))

    def fail(self, job: JobRecord, error: str) -> None:
        """Mark a job as failed with one sentence for people."""
        self._end(job, state="failed", error=error)

    def release(self, job: JobRecord) -> None:
        """Give a job back to the queue, to be continued by another worker."""
        self._set(job, state="queued", worker="", attempts=0)

    def cancel(self, job_id: int) -> bool:
        """Cancel a job that has not ended; its worker, if any, sees it at its next beat. False: it had ended."""
        sql = "UPDATE jobs SET state = 'cancelled', finished_at = ? WHERE id = ? AND state IN ('queued', 'running')"
        return self._connections.execute(sql, time.time(), job_id) == 1

    def resume(self, job_id: int) -> bool:
        """Put a job that failed or was cancelled back into the queue, as it is. False: it is no such job."""
        sql = """UPDATE jobs SET state = 'queued', worker = '', attempts = 0, error = '', finished_at = NULL
                 WHERE id = ? AND state IN ('failed', 'cancelled')"""
        return self._connections.execute(sql, job_id) == 1

    def requeue_running(self) -> list[int]:
        """Queue again every job that says it runs, for a worker that knows it is the only one; gives their ids.

        A job at which `ATTEMPTS` workers ended without getting further fails instead.
        """
        left = [_record(row) for row in self._connections.query("SELECT * FROM jobs WHERE state = 'running'")]
        for job in left:
            if job.attempts < ATTEMPTS:
                self._set(job, state="queued", worker="")
            else:
                self.fail(job, GIVEN_UP.format(job.message))
        return [job.id for job in left]

    def refuse(self, job_id: int | None, path: str, reason: str) -> None:
        """Remember a file that could not be used; the newest reason replaces an older one."""
        sql = "INSERT OR REPLACE INTO refusals (job_id, path, reason, at) VALUES (?, ?, ?, ?)"
        self._connections.execute(sql, job_id, path, reason, time.time())

    def refusals(self, job_id: int | None) -> list[Refusal]:
        """What a job refused, by path; None: what was refused outside a job."""
        rows = self._connections.query("SELECT * FROM refusals WHERE job_id IS ? ORDER BY path", job_id)
        return [Refusal(**row) for row in rows]

    def list(self, limit: int = 20, kind: str | None = None) -> list[JobRecord]:
        """The newest jobs, of one kind or of all, newest first."""
        sql = "SELECT * FROM jobs WHERE kind = IFNULL(?, kind) ORDER BY id DESC LIMIT ?"
        return [_record(row) for row in self._connections.query(sql, kind, limit)]

    def _end(self, job: JobRecord, **values: object) -> None:
        self._set(job, finished_at=time.time(), **values)

    def _set(self, job: JobRecord, **values: object) -> None:
        changes = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE jobs SET {changes} WHERE id = ? AND worker = ? AND state = 'running'"
        self._connections.execute(sql, *values.values(), job.id, job.worker)


def _first(rows: list[dict[str, Any]]) -> JobRecord | None:
    return _record(rows[0]) if rows else None


def _record(row: dict[str, Any]) -> JobRecord:
    return JobRecord(**row | {name: json.loads(row[name]) for name in ("arguments", "result")})
