"""The rows in which labels travel, the same columns in every format, so that nothing is lost on the way.

A row is a clip, what a teacher says of it, or what a person says of it or takes back. Each repeats what is known of the
clip, so that it can be read by itself. Missing text is empty; a missing number is None, and NaN counts as missing.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_type_hints

import numpy as np

from engine.types import Floats, Trace

Kind = Literal["clip", "label", "correction"]
Cells = dict[str, Any]
KINDS = ("clip", "label", "correction")
VERDICTS = ("accept", "correct", "reject", "skip")
AS_PYTHON = ("trace", "embedding", "sound")  # no columns: each format brings them in its own way, or not at all
SCORES = ("raw_arousal", "raw_dominance", "raw_valence")


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """One statement. A/D/V are nominally 0..1, times are seconds since 1970 (UTC)."""

    kind: Kind
    clip_id: str = ""
    name: str = ""
    corpus: str = ""
    speaker: str = ""
    sex: str = ""
    language: str = ""
    category: str = ""
    split: str = ""
    licence: str = ""
    duration_s: float | None = None
    by: str = ""  # a teacher or a rater
    arousal: float | None = None
    dominance: float | None = None
    valence: float | None = None
    made_at: float | None = None
    fingerprint: str = ""  # of a teacher
    speech_s: float | None = None
    verdict: str = ""  # from here on: of a person
    raw_arousal: int | None = None  # SAM, 1..9
    raw_dominance: int | None = None
    raw_valence: int | None = None
    stated: str = ""  # JSON of a rating on another scale
    blind: bool = False
    shown: str = ""
    flag: bool = False
    seconds: float | None = None
    note: str = ""
    id: int | None = None  # of a correction, in its file
    undoes: int | None = None  # the id of the correction that this row takes back
    token: str = ""
    trace: Trace | None = field(default=None, repr=False)
    embedding: Floats | None = field(default=None, repr=False)
    sound: Path | None = None  # where the clip can be heard

    @property
    def adv(self) -> tuple[float | None, float | None, float | None]:
        """In AXES order."""
        return self.arousal, self.dominance, self.valence

    @property
    def raw(self) -> tuple[int | None, int | None, int | None]:
        """In AXES order."""
        return self.raw_arousal, self.raw_dominance, self.raw_valence


@dataclass(frozen=True)
class Line:
    """What stands in a file, not believed yet. `fault`: why it can't even be read."""

    number: int  # from 1, as an editor or a table counts it
    cells: Cells
    fault: str = ""


def cells(row: Row) -> Cells:
    """A row as its columns, in order: text, numbers, booleans and None."""
    return {name: getattr(row, name) for name in COLUMNS}


def ours(found: Mapping[str, Any]) -> bool:
    """Whether a line is a row of this kind, and not somebody else's table."""
    return found.get("kind") in KINDS and "clip_id" in found


def parsed(found: Mapping[str, Any]) -> Row:
    """A row from its columns, whatever a format made of them; unknown columns are passed over.

    Raises:
        ValueError: something is not what its column holds.
    """
    read = {name: parse(name, found[name]) for name, parse in PARSERS.items() if name in found}
    brought = {name: found[name] for name in AS_PYTHON if found.get(name) is not None}
    row = Row(**read, **brought)
    if row.kind not in KINDS:
        raise ValueError(f"the kind is {row.kind!r}, and there are: {', '.join(KINDS)}.")
    if row.kind == "correction":
        _check_correction(row)
    return row


def tokens(rows: Iterable[Row]) -> Iterator[str]:
    """For each of one clip's corrections, in order, what it is known by: its own token, or one of all that it says.

    The same file read twice gives the same tokens. Where somebody said the very same thing twice, they are numbered.
    """
    known, repeats = dict[int | None, str](), Counter[str]()
    for row in rows:
        said = row.token
        if not said or row.undoes is not None:
            held = {name: value for name, value in cells(row).items() if name in SAID}
            undone = known.get(row.undoes, "") if row.undoes is not None else ""
            said = hashlib.sha256(json.dumps([held, undone], sort_keys=True).encode()).hexdigest()[:32]
            repeats[said] += 1
            said += f"-{repeats[said]}" if repeats[said] > 1 else ""
        known[row.id] = said
        yield said


def _check_correction(row: Row) -> None:
    if row.verdict not in VERDICTS:
        raise ValueError(f"the verdict is {row.verdict!r}, and there are: {', '.join(VERDICTS)}.")
    for name, score in zip(SCORES, row.raw, strict=True):
        if score is not None and not 1 <= score <= 9:
            raise ValueError(f"{name} is {score}, and the scale goes from 1 to 9.")
    if not row.by:
        raise ValueError("it does not say whose answer it is.")


def number(name: str, cell: object) -> float | None:
    """A number of that name, or None where it is missing.

    Raises:
        ValueError: it is no number, or endless.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    try:
        value = float(cell)  # type: ignore[arg-type]  # what it can't take is refused below
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} is {str(cell)[:40]!r}, which is not a number.") from None
    if math.isinf(value):
        raise ValueError(f"{name} is endless.")
    return None if math.isnan(value) else value


def _whole(name: str, cell: object) -> int | None:
    value = number(name, cell)
    if value is not None and value != int(value):
        raise ValueError(f"{name} is {value:g}, which is not a whole number.")
    return None if value is None else int(value)


def _yes(name: str, cell: object) -> bool:
    known = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False, "": False, "none": False}
    if (answer := known.get(str(cell).strip().lower())) is None:
        raise ValueError(f"{name} is {str(cell)[:40]!r}, which is neither true nor false.")
    return answer


def _text(name: str, cell: object) -> str:
    return "" if cell is None or (isinstance(cell, float | np.floating) and math.isnan(cell)) else str(cell)


_BY_TYPE: dict[type | UnionType, Callable[[str, object], Any]] = {
    str: _text,
    bool: _yes,
    float | None: number,
    int | None: _whole,
}
COLUMNS = {name: kind for name, kind in get_type_hints(Row).items() if name not in AS_PYTHON}
PARSERS = {name: _BY_TYPE.get(kind, _text) for name, kind in COLUMNS.items()}
SAID = ("clip_id", *list(COLUMNS)[list(COLUMNS).index("by") : list(COLUMNS).index("id")])
