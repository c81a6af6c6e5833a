"""The store: one folder that holds everything Etude remembers. `Store(folder)` is the only door."""

import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from store.answers import Answers
from store.candidates import Candidates
from store.choices import Choices
from store.clips import Clips
from store.columns import Columns
from store.connections import Connections
from store.corrections import Corrections
from store.curves import Curves
from store.doubts import Doubts
from store.health import Health
from store.jobs import Jobs
from store.journal import Journal
from store.labels import Labels
from store.reinforcements import Reinforcements
from store.students import Students
from store.turns import Turns

SCRATCH_S = 3600.0  # files in the making that are older belong to nobody


class Store:
    """The library in one folder: `etude.db`, `audio/ab/abcdef….flac`, and `scratch/` for files in the making."""

    def __init__(self, folder: Path) -> None:
        """Open the library, made if it is not there (readable by its owner only).

        Raises:
            ValueError: the folder cannot be used, or its database is damaged or newer than this Etude.
        """
        self.folder = folder.expanduser().absolute()
        self._scratch = self.folder / "scratch"
        self._mark = f"{secrets.token_hex(4)}-"  # of this opening's folders in it
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._scratch.mkdir(mode=0o700, exist_ok=True)
            self._drop_old_scratch()
        except OSError as error:
            why = f"The data folder {self.folder} cannot be used ({error.strerror}); choose another."
            raise ValueError(why) from error
        self._connections = Connections(self.folder / "etude.db")
        try:
            self._connections.migrate()
        except (ValueError, sqlite3.DatabaseError) as error:
            self.close()
            if isinstance(error, ValueError):
                raise
            raise ValueError(f"The database in {self.folder} cannot be opened ({error}).") from error
        columns = Columns(self._connections)
        self.clips = Clips(self._connections, columns, self.folder / "audio")
        self.labels = Labels(self._connections)
        self.corrections = Corrections(self._connections)
        self.answers = Answers(self._connections)
        self.doubts = Doubts(self._connections)
        self.turns = Turns(self._connections, columns, self.corrections)
        self.choices = Choices(self._connections)
        self.health = Health(self._connections)
        self.jobs = Jobs(self._connections)
        self.journal = Journal(self._connections)
        self.reinforcements = Reinforcements(self._connections)
        self.curves = Curves(self._connections)
        self.candidates = Candidates(self._connections)
        self.students = Students(self._connections)

    def close(self) -> None:
        """Close every thread's connection (a later use opens another), and drop what an interrupted block left."""
        self._connections.close()
        for path in self._scratch.glob(f"{self._mark}*"):
            shutil.rmtree(path, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def scratch(self, name: str = "clip.flac") -> Iterator[Path]:
        """A path in a new folder on the store's disk, for a file in the making; the folder is deleted at the end."""
        with TemporaryDirectory(dir=self._scratch, prefix=self._mark) as folder:
            yield Path(folder) / name

    def _drop_old_scratch(self) -> None:
        # What a killed process left; one that lives needs minutes at most.
        for path in self._scratch.iterdir():
            if path.stat().st_mtime < time.time() - SCRATCH_S:
                shutil.rmtree(path, ignore_errors=True)

    def stats(self) -> dict[str, Any]:
        """Counts: clips, hours, speakers, corpora, labels (by teacher), corrections, students, jobs (by state)."""
        one = """SELECT COUNT(*) AS clips, IFNULL(SUM(duration_s), 0.0) / 3600 AS hours,
                 COUNT(DISTINCT NULLIF(speaker, '')) AS speakers, COUNT(DISTINCT NULLIF(corpus, '')) AS corpora,
                 (SELECT COUNT(*) FROM corrections) AS corrections, (SELECT COUNT(*) FROM students) AS students
                 FROM clips"""
        labels = self._connections.query("SELECT teacher AS k, COUNT(DISTINCT clip_id) AS n FROM labels GROUP BY 1")
        jobs = self._connections.query("SELECT state AS k, COUNT(*) AS n FROM jobs GROUP BY 1")
        groups = {"labels": labels, "jobs": jobs}
        return self._connections.query(one)[0] | {k: {row["k"]: row["n"] for row in v} for k, v in groups.items()}
