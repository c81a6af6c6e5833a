"""One SQLite connection a thread, and the settings that each connection needs."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from store.migrations import history

BUSY_S = 30.0  # how long a writer waits for another process before it gives up


class Connections:
    """The connections to one database file; needs SQLite 3.37 or later (STRICT tables, RETURNING)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: dict[threading.Thread, Database] = {}
        self._lock = threading.Lock()

    @property
    def db(self) -> Database:
        """This thread's connection, opened on first use."""
        thread = threading.current_thread()
        if thread not in self._open:
            with self._lock:
                for gone in [other for other in self._open if not other.is_alive()]:
                    self._open.pop(gone).close()
                self._open[thread] = self._connect()
        return self._open[thread]

    def _connect(self) -> Database:
        # Only its own thread uses a connection; check_same_thread is off so that another may close it. Without an
        # isolation level SQLite commits a statement itself: Ctrl-C can't come between a write and its commit, which
        # would leave a transaction open that swallows all that is written after it.
        file = sqlite3.connect(self._path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        db = Database(file, execute_plugins=False)
        try:
            db.enable_wal()
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        return db

    def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Run one statement that returns rows, also INSERT or UPDATE with RETURNING, and fetch them all."""
        cursor = self.db.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def execute(self, sql: str, *values: object) -> int:
        """Run one statement that returns no rows; gives the number of rows it changed."""
        return self.db.execute(sql, values).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that holds the write lock from its first moment, so what it reads stays true until its end."""
        conn = self.db.conn
        try:
            conn.execute("BEGIN IMMEDIATE")
            yield
        except BaseException:
            conn.rollback()
            raise
        conn.commit()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads of one moment, whatever others write meanwhile; within a transaction, of that one."""
        conn = self.db.conn
        if conn.in_transaction:
            yield
            return
        try:
            conn.execute("BEGIN")
            yield
        finally:
            conn.rollback()

    def migrate(self) -> None:
        """Bring the schema up to date.

        Raises:
            ValueError: a newer Etude made this database.
        """
        with Database(memory=True) as empty:
            known = {step.name for step in history.pending(empty)}
        if any(step.name not in known for step in history.applied(self.db)):
            raise ValueError(f"{self._path} was made by a newer Etude; update Etude, or choose another data folder.")
        if history.pending(self.db):
            with self.writing():
                history.apply(self.db)

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for db in self._open.values():
                db.close()
            self._open.clear()
