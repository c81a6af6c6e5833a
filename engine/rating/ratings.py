"""Ratings that others collected, on any scale: what a person declares of their table, and one line of it as a row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.labelling.rows import Row, number, parsed
from engine.types import AXES

CLIP = ("clip_id", "file_name", "file", "filename", "path", "audio", "name", "clip")  # columns that may name a clip
FACTS = ("corpus", "speaker", "sex", "language", "category", "licence")
GOLD = "gold"


@dataclass(frozen=True)
class Ratings:
    """How a table of ratings is to be read. The scale may fall: 9 to 1 says that 9 is calm."""

    low: float  # becomes 0
    high: float  # becomes 1
    columns: tuple[str, str, str] = AXES  # what the axes are called there, in AXES order
    clip: str = ""  # the column that names the clip; empty: the first of CLIP that is there
    rater: str = ""  # whose ratings they are; empty: whoever the table names, or "gold"
    words: Mapping[str, float] = field(default_factory=dict)  # numbers that words stand for

    def __post_init__(self) -> None:
        if self.low == self.high:
            raise ValueError(f"A scale from {self.low:g} to {self.high:g} has no length; give its lowest and highest.")

    def row(self, found: Mapping[str, Any]) -> Row | None:
        """A line as a person's blind correction, mapped linearly onto 0..1; None: it says nothing of these columns.

        The raw numbers stay in `stated`. Where the clip's id is not stated, `name` is what the table calls it.

        Raises:
            ValueError: a number is none, or off the scale; no axis is rated; no clip is named.
        """
        if not any(column in found for column in self.columns):
            return None
        values = [self._number(column, found.get(column)) for column in self.columns]
        if all(value is None for value in values):
            raise ValueError("nothing is rated.")
        mapped = [None if value is None else (value - self.low) / (self.high - self.low) for value in values]
        named = self._clip(found)
        return parsed(
            {
                **{name: found[name] for name in (*FACTS, "seconds", "made_at", "note", "sound") if name in found},
                **dict(zip(AXES, mapped, strict=True)),
                "kind": "correction",
                "clip_id": found.get("clip_id") if not self.clip else "",
                "name": named,
                "by": self.rater or str(found.get("rater") or GOLD),
                "verdict": "correct",
                "blind": True,
                "shown": "import",
                "stated": json.dumps({"scale": [self.low, self.high], "values": values}),
            }
        )

    def _number(self, column: str, cell: object) -> float | None:
        value = self.words[cell] if isinstance(cell, str) and cell in self.words else number(column, cell)
        low, high = sorted((self.low, self.high))
        if value is not None and not low <= value <= high:
            raise ValueError(f"{column} is {value:g}, and the scale goes from {self.low:g} to {self.high:g}.")
        return value

    def _clip(self, found: Mapping[str, Any]) -> str:
        column = self.clip or next((name for name in CLIP if found.get(name)), "")
        if not (named := str(found.get(column) or "").strip()):
            raise ValueError("no clip is named.")
        return named
