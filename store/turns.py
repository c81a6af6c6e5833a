"""Turns: which clips wait before which rater. A queue is filled by doubt, with random clips and repeats among it.

Random clips show what the doubt misses; repeats, of what the rater answered a while ago, show how far they agree with
themselves. A clip is before one rater at a time, unless more answers than one are wanted (`overlap`).
"""

import random
import time
from dataclasses import dataclass

from store.columns import Columns, Mask
from store.connections import Connections
from store.corrections import Corrections
from store.filters import EVERY, ClipFilter
from store.records import CorrectionRecord, Shown, Turn

IDLE_S = 1800.0  # after so long without a look at it, a rater's queue is free for others
APART = 20  # a clip is repeated only when its rater has answered so many others since

_LATER = """SELECT clip_id FROM ratings WHERE rater = ? AND verdict IN ('accept', 'correct')
            AND clip_id NOT IN (SELECT clip_id FROM turns WHERE rater = ?)
            AND correction <= (SELECT id FROM corrections WHERE rater = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
            AND clip_id IN (SELECT id FROM clips) AND NOT EXISTS (SELECT 1 FROM corrections AS said
            WHERE said.clip_id = ratings.clip_id AND said.rater = ratings.rater AND shown = 'repeat')"""
_BY_OTHERS = "SELECT clips.rowid FROM turns JOIN clips ON clips.id = clip_id WHERE rater != ?"
_BY_ME = """SELECT clips.rowid FROM turns JOIN clips ON clips.id = clip_id WHERE rater = ?
            UNION SELECT clips.rowid FROM ratings JOIN clips ON clips.id = clip_id WHERE rater = ?"""


@dataclass(frozen=True)
class Mixture:
    """What a queue is filled with; the rest comes by doubt."""

    random: float = 0.1
    repeat: float = 0.05
    overlap: int = 1  # raters wanted for each clip


PLAIN = Mixture()


class Turns:
    """The queues of one store."""

    def __init__(self, connections: Connections, columns: Columns, corrections: Corrections) -> None:
        self._connections = connections
        self._columns = columns
        self._corrections = corrections

    def take(self, rater: str, want: int = 12, mixture: Mixture = PLAIN, where: ClipFilter = EVERY) -> list[Turn]:
        """A rater's queue, lowest place first, filled up to `want` clips from those that match."""
        now = time.time()
        with self._connections.writing():
            self._connections.execute("DELETE FROM turns WHERE at < ? AND rater != ?", now - IDLE_S, rater)
            self._connections.execute("UPDATE turns SET at = ? WHERE rater = ?", now, rater)
            waiting = self.waiting(rater)
            if len(waiting) >= want:
                return waiting
            place = waiting[-1].place if waiting else 0
            for clip_id, shown in self._more(rater, want - len(waiting), mixture, where):
                place += 1
                self._put(rater, clip_id, shown, place, now)
            return self.waiting(rater)

    def left(self, rater: str, mixture: Mixture = PLAIN, where: ClipFilter = EVERY) -> int:
        """How many clips that match still want this rater's answer, those of the queue among them."""
        return int(self._open(rater, mixture, where).sum()) + len(self.waiting(rater))

    def ask(self, rater: str, clip_id: str) -> None:
        """Put a clip at the front of a rater's queue, because the rater asked for it.

        Raises:
            ValueError: the clip is not in the library.
        """
        with self._connections.writing():
            if not self._connections.query("SELECT 1 FROM clips WHERE id = ?", clip_id):
                raise ValueError(f"The clip {clip_id} is not in the library.")
            self._front(rater, clip_id, "asked")

    def drop(self, rater: str) -> None:
        """Forget a rater's queue."""
        self._connections.execute("DELETE FROM turns WHERE rater = ?", rater)

    def decide(self, said: CorrectionRecord) -> CorrectionRecord:
        """Keep a rater's answer and end their turn, both or neither.

        Raises:
            ValueError: as of `Corrections.add`.
        """
        with self._connections.writing():
            kept = self._corrections.add(said)
            if kept.made_at == said.made_at:  # else it was kept before, and its turn, if there is one, is a new one
                self._connections.execute("DELETE FROM turns WHERE rater = ? AND clip_id = ?", said.rater, said.clip_id)
            return kept

    def undo(self, correction_id: int, rater: str, token: str = "") -> CorrectionRecord:
        """Undo an answer, and put its clip back at the front of the rater's queue, both or neither.

        Raises:
            ValueError: as of `Corrections.undo`.
        """
        with self._connections.writing():
            kept = self._corrections.undo(correction_id, rater, token)
            if self._connections.query("SELECT 1 FROM clips WHERE id = ?", kept.clip_id):
                shown: Shown = "repeat" if kept.shown == "repeat" else "random" if kept.shown == "random" else "doubt"
                self._front(rater, kept.clip_id, shown)
            return kept

    def waiting(self, rater: str) -> list[Turn]:
        """A rater's queue as it is, lowest place first."""
        sql = "SELECT rater, clip_id, shown, place FROM turns WHERE rater = ? ORDER BY place"
        return [Turn(**row) for row in self._connections.query(sql, rater)]

    def _put(self, rater: str, clip_id: str, shown: Shown, place: int, now: float) -> None:
        sql = "INSERT OR REPLACE INTO turns (rater, clip_id, shown, place, at) VALUES (?, ?, ?, ?, ?)"
        self._connections.execute(sql, rater, clip_id, shown, place, now)

    def _front(self, rater: str, clip_id: str, shown: Shown) -> None:
        waiting = self.waiting(rater)
        self._put(rater, clip_id, shown, waiting[0].place - 1 if waiting else 0, time.time())

    def _open(self, rater: str, mixture: Mixture, where: ClipFilter) -> Mask:
        """Which clips match, are not this rater's yet, and have raters too few, bool [clips]."""
        with self._columns.lock:
            found = self._columns.mask(where)
            found &= self._columns.held(_BY_ME, rater, rater) == 0
            return found & (self._columns.rated + self._columns.held(_BY_OTHERS, rater) < mixture.overlap)

    def _more(self, rater: str, want: int, mixture: Mixture, where: ClipFilter) -> list[tuple[str, Shown]]:
        free = self._open(rater, mixture, where)
        draws = [random.random() for _ in range(want)]  # noqa: S311
        later = [row["clip_id"] for row in self._connections.query(_LATER, rater, rater, rater, APART - 1)]
        repeats = random.sample(later, min(len(later), sum(draw < mixture.repeat for draw in draws)))
        anywhere = self._columns.numbers[free]
        wanted = sum(mixture.repeat <= draw < mixture.repeat + mixture.random for draw in draws)
        by_chance = random.sample(anywhere.tolist(), min(len(anywhere), wanted))
        by_doubt = self._columns.first(free, want + len(by_chance)).tolist()
        by_doubt = [number for number in by_doubt if number not in by_chance]
        chosen: list[tuple[str, Shown]] = [(clip_id, "repeat") for clip_id in repeats]
        chosen += [(clip_id, "random") for clip_id in self._ids(by_chance)]
        random.shuffle(chosen)
        doubtful: list[tuple[str, Shown]] = [(clip_id, "doubt") for clip_id in self._ids(by_doubt)]
        return _mixed(doubtful, chosen, want)

    def _ids(self, numbers: list[int]) -> list[str]:
        sql = "SELECT id FROM clips WHERE rowid = ?"
        return [self._connections.query(sql, number)[0]["id"] for number in numbers]


def _mixed(doubtful: list[tuple[str, Shown]], others: list[tuple[str, Shown]], want: int) -> list[tuple[str, Shown]]:
    """Both, as many as wanted, the others at places of chance."""
    others = others[:want]
    places = set(random.sample(range(want), len(others)))
    ordered = (iter(doubtful), iter(others))
    mixed = [next(ordered[place in places], None) for place in range(want)]
    return [each for each in mixed if each is not None]
