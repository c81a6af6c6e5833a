"""What was found out about each clip's sound, kept so that only new clips are read; and what all clips are like."""

from collections.abc import Sequence

import numpy as np

from engine.types import AXES
from store.connections import Connections
from store.records import ClipFacts, HealthRecord

_CODES = np.dtype("<u4")


class Health:
    """The health of one store's clips."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, record: HealthRecord) -> None:
        """Remember what a clip's sound is like; a clip that was deleted meanwhile is passed over."""
        sql = """INSERT OR REPLACE INTO health (clip_id, contrast_db, flatness, fingerprint)
                 SELECT id, ?, ?, ? FROM clips WHERE id = ?"""
        codes = record.fingerprint.astype(_CODES).tobytes()
        self._connections.execute(sql, record.contrast_db, record.flatness, codes, record.clip_id)

    def missing(self) -> list[str]:
        """Ids of the clips that were not read yet, oldest first."""
        sql = "SELECT id FROM clips WHERE id NOT IN (SELECT clip_id FROM health) ORDER BY added_at, id"
        return [row["id"] for row in self._connections.query(sql)]

    def records(self) -> list[HealthRecord]:
        """What is known of every clip that was read, oldest first."""
        sql = """SELECT clip_id, contrast_db, flatness, fingerprint FROM health JOIN clips ON clips.id = clip_id
                 ORDER BY added_at, clip_id"""
        rows = self._connections.query(sql)
        return [HealthRecord(**row | {"fingerprint": np.frombuffer(row["fingerprint"], _CODES)}) for row in rows]

    def same(self, groups: Sequence[Sequence[str]]) -> None:
        """Remember which clips hold the same sound, in place of what was known; each group goes by its first id."""
        with self._connections.writing():
            self._connections.execute("UPDATE health SET same_as = '' WHERE same_as != ''")
            for group in groups:
                for clip_id in group:
                    self._connections.execute("UPDATE health SET same_as = ? WHERE clip_id = ?", group[0], clip_id)

    def facts(self, teacher: str) -> ClipFacts:
        """All clips, oldest first, with the teacher's newest answers and what is known of their sound."""
        sql = """SELECT id, corpus, speaker, clips.duration_s, speech_s, peak, contrast_db, flatness,
                 IFNULL(same_as, ''), arousal, dominance, valence, said.clip_id IS NOT NULL, health.clip_id IS NOT NULL
                 FROM clips LEFT JOIN health ON health.clip_id = id LEFT JOIN
                 (SELECT clip_id, arousal, dominance, valence, MAX(made_at) FROM labels
                  WHERE teacher = ? GROUP BY clip_id) AS said ON said.clip_id = id ORDER BY added_at, id"""
        rows = self._connections.db.execute(sql, [teacher]).fetchall()
        columns = list(zip(*rows, strict=True)) or [()] * 14
        ids, corpora, speakers, *numbers, same_as = columns[:9]
        duration_s, speech_s, peak, contrast_db, flatness = (np.array(each, np.float64) for each in numbers)
        return ClipFacts(
            ids=ids,
            corpora=corpora,
            speakers=speakers,
            duration_s=duration_s,
            speech_s=speech_s,
            peak=peak,
            contrast_db=contrast_db,
            flatness=flatness,
            same_as=same_as,
            adv=np.array(columns[9:12], np.float32).reshape(len(AXES), -1).T,
            labelled=np.array(columns[12], bool),
            read=np.array(columns[13], bool),
        )

    def version(self) -> tuple[object, ...]:
        """Changes whenever `facts` may have changed; cheap enough to be asked every second."""
        sql = """SELECT (SELECT COUNT(*) FROM clips), (SELECT MAX(added_at) FROM clips),
                 (SELECT COUNT(*) FROM labels), (SELECT MAX(rowid) FROM labels),
                 (SELECT COUNT(*) FROM health), (SELECT MAX(rowid) FROM health),
                 (SELECT group_concat(same_as) FROM (SELECT DISTINCT same_as FROM health WHERE same_as != ''))"""
        row: tuple[object, ...] = self._connections.db.execute(sql).fetchone()
        return row
