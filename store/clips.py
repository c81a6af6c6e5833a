"""Clips: a row in the database and a file, named by its content, in `audio/`.

A file is in place before its row is written, and a row is gone before its file: no row ever points at nothing.
"""

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from store.columns import Columns, Numbers
from store.connections import Connections
from store.filters import EVERY, IDS, ClipFilter
from store.records import ClipRecord, Voice

DESCRIBED = ("corpus", "speaker", "sex", "language", "category", "split", "licence")


class Clips:
    """The clips of one store."""

    def __init__(self, connections: Connections, columns: Columns, folder: Path) -> None:
        self._connections = connections
        self._columns = columns
        self._folder = folder

    def add(self, record: ClipRecord, audio_file: Path) -> bool:
        """Take a clip into the library; `audio_file`, on the store's disk, is moved in, or deleted if already there.

        Returns:
            True if the clip is new; a known clip keeps the row it has.
        """
        row = asdict(record) | {"search": _search(record)}
        target = self.audio(record.id)
        target.parent.mkdir(parents=True, exist_ok=True)
        with audio_file.open("rb+") as file:
            os.fsync(file.fileno())
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO clips ({', '.join(row)}) VALUES ({marks}) ON CONFLICT (id) DO NOTHING"
        with self._connections.writing():
            if target.exists():
                audio_file.unlink()
            else:
                audio_file.rename(target)
            return self._connections.execute(sql, *row.values()) == 1

    def describe(self, clip_id: str, stated: Mapping[str, str]) -> None:
        """Write down of a clip what is not stated yet, such as its speaker; what is stated stays."""
        with self._connections.writing():
            clip = self.get(clip_id)
            missing = [name for name in DESCRIBED if clip and stated.get(name) and not getattr(clip, name)]
            if clip is None or not missing:
                return
            told: dict[str, Any] = {name: stated[name] for name in missing}
            row = {**told, "search": _search(replace(clip, **told))}
            sql = f"UPDATE clips SET {', '.join(f'{name} = ?' for name in row)} WHERE id = ?"
            self._connections.execute(sql, *row.values(), clip_id)
            self._connections.execute("UPDATE tallies SET n = n + 1 WHERE name = 'clips gone'")

    def get(self, clip_id: str) -> ClipRecord | None:
        """The clip of that id, or None."""
        rows = self._connections.query("SELECT * FROM clips WHERE id = ?", clip_id)
        return _record(rows[0]) if rows else None

    def find(self, where: ClipFilter = EVERY, limit: int = 50, offset: int = 0) -> list[ClipRecord]:
        """One page of the clips that match, in the filter's order: newest first, most doubtful first, or as its ids."""
        if not where.plain:
            numbers = self._columns.select(where)[offset:][: None if limit < 0 else limit].tolist()
            sql = "SELECT clips.* FROM json_each(?) JOIN clips ON clips.rowid = value ORDER BY key"
            return [_record(row) for row in self._connections.query(sql, json.dumps(numbers))]
        clause, values = where.sql()
        if where.ids is None:
            sql = f"SELECT * FROM clips {clause} ORDER BY added_at DESC, id DESC LIMIT ? OFFSET ?"
        else:
            wanted = "(SELECT key AS place, value AS wanted FROM json_each(?))"
            sql = f"SELECT clips.* FROM {wanted} JOIN clips ON id = wanted {clause} ORDER BY place LIMIT ? OFFSET ?"
            values.insert(0, json.dumps(where.ids))
        return [_record(row) for row in self._connections.query(sql, *values, limit, offset)]

    def count(self, where: ClipFilter = EVERY) -> int:
        """How many clips match."""
        if not where.plain:
            return int(self._columns.mask(where).sum())
        clause, values = where.sql()
        return int(self._connections.query(f"SELECT COUNT(*) AS n FROM clips {clause}", *values)[0]["n"])

    def version(self) -> tuple[int, ...]:
        """Changes with clips, labels, corrections, doubts and deleted clips, each its number; asked every second."""
        return self._columns.state()

    def plane(self, where: ClipFilter, cells: int) -> Numbers:
        """How many matching clips lie in each cell of arousal and valence, by what the filter's teacher answered.

        Shape:
            int64 [cells, cells]: arousal, then valence, lowest first; what is beyond 0..1 is in the outermost cells.
        """
        return self._columns.plane(where, cells)

    def delete(self, ids: Collection[str]) -> int:
        """Delete clips, their labels and their audio; corrections stay. Returns how many clips there were."""
        wanted = json.dumps(list(ids))
        with self._connections.writing():
            gone = self._connections.execute(f"DELETE FROM clips WHERE id IN {IDS}", wanted)
        self._drop_audio(ids)
        return gone

    def audio(self, clip_id: str) -> Path:
        """Where a clip's audio lies.

        Raises:
            ValueError: not an id.
        """
        if not re.fullmatch("[0-9a-f]{8,64}", clip_id):
            raise ValueError(f"{clip_id!r} is not a clip's id.")
        return self._folder / clip_id[:2] / f"{clip_id}.flac"

    def corpora(self) -> list[str]:
        """The corpora that the library's clips name."""
        return self._distinct("corpus")

    def speakers(self, corpus: str = "") -> list[str]:
        """The speakers that the library's clips name, of one corpus or of all."""
        return self._distinct("speaker", ClipFilter(corpus=corpus))

    def languages(self) -> list[str]:
        """The languages that the library's clips name."""
        return self._distinct("language")

    def voices(self, without: Collection[str] = ()) -> list[Voice]:
        """Who speaks in the library, clips of some ids left out: a row a speaker of a corpus, and a row a clip where
        no speaker is stated."""
        sql = f"""SELECT corpus, speaker, split, IIF(speaker = '', id, '') AS clip_id,
                  COUNT(*) AS clips, SUM(duration_s) AS duration_s
                  FROM clips WHERE id NOT IN {IDS} GROUP BY 1, 2, 3, 4"""
        return [Voice(**row) for row in self._connections.query(sql, json.dumps(list(without)))]

    def sources(self, since: float) -> set[str]:
        """The paths that clips added from that time on came from."""
        return {row["source"] for row in self._connections.query("SELECT source FROM clips WHERE added_at >= ?", since)}

    def drop_orphans(self) -> int:
        """Delete audio that no row speaks of: what a crash left. Returns how many files."""
        found = {path.stem for path in self._folder.glob("??/*.flac")}
        return self._drop_audio(found - {row["id"] for row in self._connections.query("SELECT id FROM clips")})

    def _drop_audio(self, ids: Collection[str]) -> int:
        # Under the write lock, since an import may just be bringing the same sound back.
        with self._connections.writing():
            rows = self._connections.query(f"SELECT id FROM clips WHERE id IN {IDS}", json.dumps(list(ids)))
            orphans = [self.audio(clip_id) for clip_id in set(ids) - {row["id"] for row in rows}]
            for path in orphans:
                path.unlink(missing_ok=True)
        return len(orphans)

    def _distinct(self, column: str, where: ClipFilter = EVERY) -> list[str]:
        clause, values = where.sql()
        rows = self._connections.query(f"SELECT DISTINCT {column} AS value FROM clips {clause} ORDER BY 1", *values)
        return [row["value"] for row in rows if row["value"]]


def _search(clip: ClipRecord) -> str:
    return f"{clip.name}\n{clip.corpus}\n{clip.speaker}\n{clip.category}".casefold()


def _record(row: dict[str, Any]) -> ClipRecord:
    return ClipRecord(**{field.name: row[field.name] for field in fields(ClipRecord)})
