"""What students answered of clips, kept so that only new clips, or another student, cost anything.

A student is named by its file's fingerprint: renamed it is the same, trained again it is another.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from engine.types import AXES, Floats
from store.connections import Connections


class Answers:
    """The students' answers of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, student: str, answers: Iterable[tuple[str, Floats]]) -> None:
        """Remember what a student said: clips' ids, each with float32 [3] in AXES order, NaN where nobody speaks.

        A clip that was deleted meanwhile is passed over; another answer of the same clip replaces the one before.
        """
        rows = [(student, *map(float, adv), clip_id) for clip_id, adv in answers]
        sql = "INSERT OR REPLACE INTO answers (student, arousal, dominance, valence, clip_id) "
        with self._connections.writing():
            self._connections.db.conn.executemany(sql + "SELECT ?, ?, ?, ?, id FROM clips WHERE id = ?", rows)

    def missing(self, student: str, teacher: str) -> list[str]:
        """Ids of the clips in which the teacher heard somebody speak and which the student has not answered, sorted."""
        sql = """SELECT DISTINCT clip_id FROM labels WHERE teacher = ? AND arousal IS NOT NULL AND NOT EXISTS
                 (SELECT 1 FROM answers WHERE student = ? AND clip_id = labels.clip_id) ORDER BY clip_id"""
        return [row["clip_id"] for row in self._connections.query(sql, teacher, student)]

    def count(self, student: str) -> int:
        """How many clips a student has answered."""
        rows = self._connections.query("SELECT COUNT(*) AS n FROM answers WHERE student = ?", student)
        return int(rows[0]["n"])

    def of(self, student: str) -> tuple[Sequence[str], Floats]:
        """All that a student said: ids of clips, and float32 [clips, 3] in AXES order."""
        sql = "SELECT clip_id, arousal, dominance, valence FROM answers WHERE student = ?"
        rows = self._connections.db.execute(sql, [student]).fetchall()
        ids, *adv = list(zip(*rows, strict=True)) or [()] * 4
        return ids, np.array(adv, np.float32).reshape(len(AXES), -1).T
