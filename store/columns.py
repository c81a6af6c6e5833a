"""All clips as columns in memory, brought up to date before each look: a million are filtered and ordered in a moment.

The database stays the only truth. Each look first reads what was added since the last one; only deleted clips or newly
computed doubts make it read a whole column again. A clip goes by its row's number, and lies at its place.
"""

import threading
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.types import AXES, Floats
from store.connections import Connections
from store.filters import NAMED, ClipFilter, Range

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
END = b"\xff"  # of a clip's text: no text holds it
VERDICTS = {"accept": 1, "correct": 2, "reject": 4, "skip": 8}  # a bit each

_CLIPS = f"SELECT rowid, search, {', '.join(NAMED)} FROM clips WHERE rowid > ? ORDER BY rowid"
_RATINGS = """SELECT clips.rowid, verdict FROM ratings JOIN clips ON clips.id = clip_id
              WHERE clip_id IN (SELECT clip_id FROM corrections WHERE id > ?) OR clips.rowid > ?"""
_ALL_RATINGS = "SELECT clips.rowid, verdict FROM ratings JOIN clips ON clips.id = clip_id"
_RATER = f"{_ALL_RATINGS} WHERE rater = ?"
_DOUBTS = "SELECT clips.rowid, doubt FROM doubts JOIN clips ON clips.id = clip_id"
_LABELS = """SELECT clips.rowid, arousal, dominance, valence FROM labels JOIN clips ON clips.id = clip_id
             WHERE teacher = ? AND labels.rowid > ? ORDER BY labels.made_at, labels.rowid"""
_STATE = """SELECT (SELECT IFNULL(MAX(rowid), 0) FROM clips), (SELECT IFNULL(MAX(rowid), 0) FROM labels),
            (SELECT IFNULL(MAX(id), 0) FROM corrections), (SELECT n FROM tallies WHERE name = 'doubts'),
            (SELECT n FROM tallies WHERE name = 'clips gone')"""


class Columns:
    """The columns of one store. Its methods may be called from any thread; `lock` holds several to the same clips."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.lock = threading.RLock()
        self._forget()

    def state(self) -> tuple[int, ...]:
        """What the columns would be brought up to."""
        state: tuple[int, ...] = self._connections.db.execute(_STATE).fetchone()
        return state

    def select(self, where: ClipFilter) -> Numbers:
        """Row numbers of the clips that match, in the filter's order; of equal doubt the newest comes first."""
        with self.lock:
            found = self.mask(where)
            order = self._by_doubt if where.order == "doubt" else np.arange(len(found))[::-1]
            return self.numbers[order[found[order]]]

    def mask(self, where: ClipFilter) -> Mask:
        """Which clips match, bool [clips], oldest first; `numbers` and `rated` are as long.

        Raises:
            ValueError: axes are held to answers, and no teacher is named.
        """
        with self.lock:
            self._refresh()
            found = np.ones(len(self.numbers), bool)
            for name in NAMED:
                if value := getattr(where, name):
                    found &= self._codes[name] == self._names[name].get(value, -1)
            clause, values = where.sql()
            if where.text:
                found &= self._told(where.text)
            if where.unlabelled_by or where.ids is not None:
                found &= self.held(f"SELECT rowid FROM clips {clause}", *values) > 0
            if where.doubt:
                found &= _within(self._doubt, where.doubt)
            if any(where.ranges):
                for said, ends in zip(self._said(where.teacher).T, where.ranges, strict=True):
                    found &= _within(said, ends) if ends else True
            if where.rater or where.verdict:
                found &= self._judged(where.rater, where.verdict)
            return found

    def plane(self, where: ClipFilter, cells: int) -> Numbers:
        """How many matching clips lie in each cell of arousal and valence; what is beyond 0..1 in the outermost.

        Shape:
            int64 [cells, cells]: arousal, then valence, lowest first.
        """
        with self.lock:
            found = self.mask(where)
            said = self._said(where.teacher)[found][:, [0, 2]]
            rows, columns = np.clip(said[~np.isnan(said).any(axis=1)].T * cells, 0, cells - 1).astype(np.int64)
            return np.bincount(rows * cells + columns, minlength=cells**2).reshape(cells, cells)

    def held(self, sql: str, *values: object) -> Numbers:
        """How often each clip is among the row numbers that a query gives, int64 [clips], as of the last `mask`."""
        places, _ = self._places(self._connections.db.execute(sql, values).fetchall())
        return np.bincount(places, minlength=len(self.numbers))

    def first(self, found: Mask, most: int) -> Numbers:
        """Row numbers of the most doubtful clips of a mask."""
        with self.lock:
            return self.numbers[self._by_doubt[found[self._by_doubt]][:most]]

    def _told(self, text: str) -> Mask:
        """Which clips hold a text, whatever the case: one look through all texts at once."""
        wanted, hits = text.casefold().encode(), []
        at = self._texts.find(wanted)
        while at >= 0:
            hits.append(at)
            at = self._texts.find(wanted, at + 1)
        found = np.zeros(len(self.numbers), bool)
        found[np.searchsorted(self._starts, np.array(hits, np.int64), "right") - 1] = True
        return found

    def _judged(self, rater: str, verdict: str) -> Mask:
        bits = self._bits
        if rater:
            bits = np.zeros_like(self._bits)
            places, rows = self._places(self._connections.db.execute(_RATER, [rater]).fetchall())
            bits[places] = [VERDICTS[row[1]] for row in rows]
        if verdict == "none":
            return np.asarray(bits == 0, bool)
        return np.asarray(bits & VERDICTS.get(verdict, 0) if verdict else bits, bool)

    def _forget(self) -> None:
        self.numbers: Numbers = np.zeros(0, np.int64)
        self.rated: Numbers = np.zeros(0, np.int64)  # raters whose answer stands and is no skip
        self._texts, self._starts = b"", np.zeros(0, np.int64)  # of all clips in one; where each one's begins
        self._bits = np.zeros(0, np.uint8)  # verdicts that stand
        self._doubt: Floats = np.zeros(0, np.float32)
        self._by_doubt: Numbers = np.zeros(0, np.int64)
        self._codes: dict[str, npt.NDArray[np.int32]] = {name: np.zeros(0, np.int32) for name in NAMED}
        self._names = {name: defaultdict[str, int](count().__next__) for name in NAMED}
        self._adv: dict[str, tuple[int, Floats]] = {}  # by teacher: the newest label that was read, and the answers
        self._state: tuple[int, ...] = (0, 0, 0, 0, 0)

    def _refresh(self) -> None:
        with self._connections.reading():  # or what others add between two reads would be read twice
            self._catch_up()

    def _catch_up(self) -> None:
        state = self.state()
        if state[4] != self._state[4]:
            self._forget()
        before, self._state = self._state, state
        if state[0] != before[0]:
            self._append(self._connections.db.execute(_CLIPS, [before[0]]).fetchall())
        if state[2] != before[2] or state[0] != before[0]:
            self._rate(before)
        if state[3] != before[3] or state[0] != before[0]:
            self._doubted(state[3] != before[3])

    def _append(self, rows: Sequence[Sequence[Any]]) -> None:
        numbers, texts, *named = zip(*rows, strict=True)
        told = [text.encode() + END for text in texts]
        lengths = np.fromiter(map(len, told), np.int64, len(told))
        self._starts = np.concatenate([self._starts, len(self._texts) + np.cumsum(lengths) - lengths])
        self._texts += b"".join(told)
        self.numbers = np.concatenate([self.numbers, np.array(numbers, np.int64)])
        for name, values in zip(NAMED, named, strict=True):
            codes = np.fromiter(map(self._names[name].__getitem__, values), np.int32, len(values))
            self._codes[name] = np.concatenate([self._codes[name], codes])
        more = len(rows)
        self.rated = np.concatenate([self.rated, np.zeros(more, np.int64)])
        self._bits = np.concatenate([self._bits, np.zeros(more, np.uint8)])
        self._doubt = np.concatenate([self._doubt, np.zeros(more, np.float32)])
        for teacher, (seen, said) in self._adv.items():
            self._adv[teacher] = seen, np.concatenate([said, np.full((more, len(AXES)), np.nan, np.float32)])

    def _rate(self, before: tuple[int, ...]) -> None:
        changed = "SELECT clips.rowid FROM corrections JOIN clips ON clips.id = clip_id WHERE corrections.id > ?"
        if before[2]:
            again, _ = self._places(self._connections.db.execute(changed, [before[2]]).fetchall())
            self.rated[again], self._bits[again] = 0, 0
            rows = self._connections.db.execute(_RATINGS, [before[2], before[0]]).fetchall()
        else:
            rows = self._connections.db.execute(_ALL_RATINGS).fetchall()
        places, rows = self._places(rows)
        bits = np.array([VERDICTS[row[1]] for row in rows], np.uint8)
        np.bitwise_or.at(self._bits, places, bits)
        np.add.at(self.rated, places[bits != VERDICTS["skip"]], 1)

    def _doubted(self, anew: bool) -> None:
        if anew:
            places, rows = self._places(self._connections.db.execute(_DOUBTS).fetchall())
            self._doubt[:] = 0
            self._doubt[places] = [row[1] for row in rows]
        self._by_doubt = np.lexsort((self.numbers, self._doubt))[::-1]

    def _said(self, teacher: str) -> Floats:
        if not teacher:
            raise ValueError("Name the teacher to whose answers the axes are held.")
        empty = np.full((len(self.numbers), len(AXES)), np.nan, np.float32)
        seen, said = self._adv.get(teacher, (0, empty))
        if seen != self._state[1]:
            places, rows = self._places(self._connections.db.execute(_LABELS, [teacher, seen]).fetchall())
            said[places] = np.array([row[1:] for row in rows], np.float32).reshape(-1, len(AXES))
        self._adv[teacher] = self._state[1], said
        return said

    def _places(self, rows: Sequence[Sequence[Any]]) -> tuple[Numbers, list[Sequence[Any]]]:
        """Where the clips of rows lie, by the number that each row begins with; rows of clips added since are left."""
        wanted = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        places = np.searchsorted(self.numbers, wanted)
        there = places < len(self.numbers)
        there[there] = self.numbers[places[there]] == wanted[there]
        return places[there], [row for row, kept in zip(rows, there.tolist(), strict=True) if kept]


def _within(values: Floats, ends: Range) -> Mask:
    return np.asarray((values >= ends[0]) & (values <= ends[1]), bool)
