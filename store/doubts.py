"""Doubts: why a person should look at a clip. Computed; a clip without one has a doubt of 0."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from store.connections import Connections
from store.records import DoubtRecord


class Doubts:
    """The doubts of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def replace(self, records: Iterable[DoubtRecord]) -> None:
        """Forget all doubts, and remember these; a clip that was deleted meanwhile is passed over."""
        rows = ((row.doubt, json.dumps(row.parts), row.clip_id) for row in records)
        with self._connections.writing():
            self._connections.execute("DELETE FROM doubts")
            sql = "INSERT INTO doubts (clip_id, doubt, parts) SELECT id, ?, ? FROM clips WHERE id = ?"
            self._connections.db.conn.executemany(sql, rows)
            self._connections.execute("UPDATE tallies SET n = n + 1 WHERE name = 'doubts'")

    def for_clips(self, ids: Collection[str]) -> dict[str, DoubtRecord]:
        """The doubts of clips, by their ids; clips without one are left out."""
        sql = "SELECT * FROM doubts WHERE clip_id IN (SELECT value FROM json_each(?))"
        found = map(_record, self._connections.query(sql, json.dumps(list(ids))))
        return {record.clip_id: record for record in found}

    def get(self, clip_id: str) -> DoubtRecord | None:
        """The doubt of a clip, or None."""
        return self.for_clips([clip_id]).get(clip_id)

    def version(self) -> int:
        """Grows whenever doubts are computed anew."""
        return int(self._connections.query("SELECT n FROM tallies WHERE name = 'doubts'")[0]["n"])


def _record(row: dict[str, Any]) -> DoubtRecord:
    return DoubtRecord(clip_id=row["clip_id"], doubt=row["doubt"], parts=json.loads(row["parts"]))
