"""Labels and corrections in: rows of ours come back as they were, ratings of others as blind corrections.

Taking in twice changes nothing. A line that can't be used is listed with its reason, and the others go on.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.jobs.work import sentence
from app.library.exchange import FACTS, correction_record, correction_row, label_record
from app.library.finder import Finder
from engine import formats
from engine.labelling.rows import Cells, Line, Row, ours, parsed, tokens
from engine.rating.ratings import Ratings
from store.db import Store

Held = tuple[int, Row]  # a line's number and its correction
UNDECLARED = "This table is not one of Etude's: say from where to where its ratings go, such as a scale of 1 to 7."


@dataclass
class Taken:
    """What came of a file."""

    clips: int = 0  # new ones, that brought their sound
    labels: int = 0
    corrections: int = 0
    already_there: int = 0  # of labels and corrections
    refused: list[dict[str, Any]] = field(default_factory=list)  # line and reason

    @property
    def told(self) -> str:
        """The same in a sentence."""
        fresh = f"clips: {self.clips}, " if self.clips else ""
        taken = f"{fresh}labels: {self.labels}, corrections: {self.corrections}"
        return f"Taken in: {taken}; already there: {self.already_there}; refused: {len(self.refused)}."

    @contextmanager
    def line(self, number: int) -> Iterator[None]:
        """What is wrong inside is that line's refusal."""
        try:
            yield
        except sqlite3.Error:
            raise
        except Exception as error:
            self.refused.append({"line": number, "reason": sentence(error)})


def take_in(store: Store, path: Path, form: str = "", ratings: Ratings | None = None) -> Taken:
    """Take in what a file says of the library's clips.

    Args:
        store: the library.
        path: a file or folder, in the format of that name, or in the one it looks like.
        form: the format's name.
        ratings: how to read a table that is not one of ours.

    Raises:
        ValueError: it can't be read, or is somebody else's and `ratings` is missing or names no column of it.
    """
    taken, held, seen = Taken(), list[Held](), list[Cells]()
    finder = Finder(store)
    with formats.opened(path, form) as lines:
        for line in lines:
            if not ours(line.cells) and ratings is None and not line.fault:
                raise ValueError(UNDECLARED)
            with taken.line(line.number):
                row = _row(line, ratings)
                if row is None:
                    seen = seen or [line.cells]
                    continue
                row = replace(row, clip_id=finder.find(row))
                if row.kind == "correction":
                    held.append((line.number, row))
                else:
                    _take_label(store, row, taken)
    if ratings and seen and not held and not taken.refused:
        columns, known = ", ".join(ratings.columns), ", ".join(map(str, seen[0]))
        raise ValueError(f"Nothing in the table is called {columns}; there are: {known[:400]}.")
    _take_corrections(store, held, taken)
    taken.clips = finder.taken
    return taken


def _row(line: Line, ratings: Ratings | None) -> Row | None:
    if line.fault:
        raise ValueError(line.fault)
    if ours(line.cells):
        return parsed(line.cells)
    return ratings.row(line.cells) if ratings else None


def _take_label(store: Store, row: Row, taken: Taken) -> None:
    clip = store.clips.get(row.clip_id)
    assert clip is not None
    if row.kind == "clip":
        store.clips.describe(row.clip_id, {name: getattr(row, name) for name in FACTS if name != "duration_s"})
    elif any(known.teacher == row.by and known.fingerprint == row.fingerprint for known in _labels(store, clip.id)):
        taken.already_there += 1
    else:
        store.labels.add(label_record(clip, row))
        taken.labels += 1


def _take_corrections(store: Store, held: list[Held], taken: Taken) -> None:
    """Append in the order in which people said it, each to what is known of its clip."""
    by_clip = defaultdict[str, list[Held]](list)
    held.sort(key=lambda each: each[1].id or 0)
    for each in held:
        by_clip[each[1].clip_id].append(each)
    known = dict[str, dict[str, int]]()  # by clip and token, the correction's id in the store
    named = dict[int, str]()  # the token of each row, by its place in memory
    for clip_id, said in by_clip.items():
        named |= {id(row): token for (_, row), token in zip(said, tokens(row for _, row in said), strict=True)}
        before = [correction_row(None, record) for record in store.corrections.history(clip_id)]
        known[clip_id] = {token: row.id or 0 for row, token in zip(before, tokens(before), strict=True)}
    places = dict[tuple[str, int | None], int]()  # a row's id in its file -> in the store
    for number, row in held:
        with taken.line(number):
            there, token = known[row.clip_id], named[id(row)]
            if token in there:
                taken.already_there += 1
            else:
                there[token] = store.corrections.add(correction_record(row, token, _undone(row, places))).id
                taken.corrections += 1
            places[row.clip_id, row.id] = there[token]


def _undone(row: Row, places: dict[tuple[str, int | None], int]) -> int | None:
    if row.undoes is None:
        return None
    if (row.clip_id, row.undoes) not in places:
        raise ValueError(f"it takes back the correction {row.undoes}, which did not come before it.")
    return places[row.clip_id, row.undoes]


def _labels(store: Store, clip_id: str) -> list[Any]:
    return store.labels.every([clip_id]).get(clip_id, [])
