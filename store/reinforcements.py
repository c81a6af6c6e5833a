"""Reinforced labels: teachers' answers to augmented versions of clips, keyed by clip, fingerprint and seed.

The fingerprint is of teacher and augmentation together. The sound is not kept: it is made again from the seed.
"""

import json
import sqlite3
from collections.abc import Collection

import numpy as np

from engine.types import AXES, Floats
from store.connections import Connections

_BLOB = np.dtype("<f4")
Answered = tuple[Floats, Floats | None]  # A/D/V [3], embedding [E]


class Reinforcements:
    """The reinforced labels of one store."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, clip_id: str, fingerprint: str, answers: dict[int, Answered]) -> None:
        """Remember the answers to versions of a clip, by seed; a known one is replaced.

        Raises:
            ValueError: the clip is not in the library.
        """
        sql = """INSERT OR REPLACE INTO reinforcements
                 (clip_id, fingerprint, seed, arousal, dominance, valence, embedding) VALUES (?, ?, ?, ?, ?, ?, ?)"""
        try:
            with self._connections.writing():
                for seed, (adv, embedding) in answers.items():
                    blob = None if embedding is None else embedding.astype(_BLOB).tobytes()
                    self._connections.execute(sql, clip_id, fingerprint, seed, *map(float, adv), blob)
        except sqlite3.IntegrityError as error:
            raise ValueError(f"The clip {clip_id} is not in the library.") from error

    def get(self, clip_id: str, fingerprint: str, seeds: Collection[int]) -> dict[int, Answered]:
        """What is known of these versions of a clip, by seed."""
        sql = """SELECT * FROM reinforcements WHERE clip_id = ? AND fingerprint = ?
                 AND seed IN (SELECT value FROM json_each(?))"""
        rows = self._connections.query(sql, clip_id, fingerprint, json.dumps(list(seeds)))
        return {row["seed"]: (np.array([row[a] for a in AXES], np.float32), _floats(row["embedding"])) for row in rows}

    def count(self, fingerprint: str) -> int:
        """How many clips have answers of this fingerprint."""
        sql = "SELECT COUNT(DISTINCT clip_id) AS n FROM reinforcements WHERE fingerprint = ?"
        return int(self._connections.query(sql, fingerprint)[0]["n"])


def _floats(blob: bytes | None) -> Floats | None:
    return None if blob is None else np.frombuffer(blob, _BLOB).astype(np.float32)
