"""How well a model agrees with what it learnt from: over all clips and in parts, as plain numbers and as a table.

Intervals draw whole speakers; of one speaker alone there is none. The same name in two corpora is two people; clips
without a speaker count as one of their corpus, which rather widens an interval than narrows it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from engine.scoring.measure import Statistic, ccc, interval, mae, paired, pearson
from engine.types import AXES, Floats

PARTS = ("corpus", "sex", "language")  # what a report is cut by, where it is stated

Entry = dict[str, Any]


class Row(Protocol):
    """What must be known of a clip; empty text means: not stated."""

    @property
    def corpus(self) -> str: ...
    @property
    def speaker(self) -> str: ...
    @property
    def sex(self) -> str: ...
    @property
    def language(self) -> str: ...


class _Part(NamedTuple):
    """A part of the clips: those of it that are scored, who speaks in them, and how many are not."""

    by: str
    name: str
    here: np.ndarray  # bool [N]
    people: list[str]
    no_speech: int

    @property
    def counts(self) -> Entry:
        return {"n": len(self.people), "speakers": len(set(self.people)), "no_speech": self.no_speech}


def scores(said: Floats, truth: Floats, rows: Sequence[Row]) -> list[Entry]:
    """CCC and its interval, an entry a corpus and last one for `all`.

    Clips that either has no value for (NaN) are counted as `no_speech`, not scored.

    Shape:
        said, truth: float32 [N, 3], rows: N of them.
    """
    return [
        {"corpus": part.name, **part.counts, **_agreement(part, ccc, said, truth, ("ccc", "low", "high"))}
        for part in _parts(rows, ("corpus",), _known(said, truth))
    ]


def report(said: Floats, truth: Floats, rows: Sequence[Row], beside: Floats | None = None) -> list[Entry]:
    """All that `scores` tells, with Pearson's r and the mean absolute error, and by sex and language too.

    Args:
        said: the model's answers, float32 [N, 3].
        truth: what it is held to, float32 [N, 3]; a NaN in either leaves the clip out, as in `scores`.
        rows: of the N clips.
        beside: answers of a simpler model to the same clips, float32 [N, 3].

    Returns:
        An entry for each value of PARTS that is stated, and last one for `all`: `by` and `name` say which, `corpus` of
        what corpora. With `ccc` go `low` and `high`, with `pearson` and `mae` the same with the name in front.
        With `beside` also its CCC, under that name, and the `lead`: how much higher the model's CCC is on the clips
        that both answer.
        Numbers are lists in AXES order; None stands for an interval of one speaker, and for all numbers of no clips.
    """
    known = _known(said, truth)
    found = []
    for part in _parts(rows, PARTS, known):
        entry = {"by": part.by, "name": part.name, "corpus": part.name if part.by == "corpus" else "all"}
        entry |= part.counts | _agreement(part, ccc, said, truth, ("ccc", "low", "high"))
        entry |= _agreement(part, pearson, said, truth, ("pearson", "pearson_low", "pearson_high"))
        entry |= _agreement(part, mae, said, truth, ("mae", "mae_low", "mae_high"))
        found.append(entry)
    if beside is not None:
        for entry, part in zip(found, _parts(rows, PARTS, known & _known(beside)), strict=True):
            entry |= _lead(part, said, beside, truth)
    return found


def numbers(values: Floats) -> list[float]:
    """Three digits: more would claim more than some speakers can tell."""
    return [round(float(value), 3) for value in values]


def table(title: str, entries: list[Entry], statistic: str = "ccc") -> str:
    """Entries of `scores` or `report` as a Markdown table of one statistic: ccc, pearson, mae or lead."""
    ends = ("low", "high") if statistic == "ccc" else (f"{statistic}_low", f"{statistic}_high")
    lines = [f"| {title} | clips | speakers | {' | '.join(AXES)} |", "|---|---|---|---|---|---|"]
    for entry in entries:
        low, high = (entry[end] for end in ends)
        cells = [_cell(entry[statistic], low, high, axis) for axis in range(len(AXES))]
        name = entry.get("name", entry["corpus"])
        lines.append(f"| {name} | {entry['n']} | {entry['speakers']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _known(*answers: Floats) -> np.ndarray:
    found: np.ndarray = ~np.any([np.isnan(each).any(axis=1) for each in answers], axis=0)
    return found


def _parts(rows: Sequence[Row], cuts: Sequence[str], known: np.ndarray) -> Iterator[_Part]:
    people = [f"{row.corpus}/{row.speaker}" for row in rows]
    for by in (*cuts, "all"):
        stated = [str(getattr(row, by)) if by in cuts else by for row in rows]
        for name in dict.fromkeys(filter(None, stated)) if by in cuts else [by]:
            mine = np.array([each == name for each in stated], bool)
            here = mine & known
            heard = [person for person, scored in zip(people, here, strict=True) if scored]
            yield _Part(by, name, here, heard, int(mine.sum()) - len(heard))


def _agreement(part: _Part, statistic: Statistic, said: Floats, truth: Floats, names: Sequence[str]) -> Entry:
    """A statistic and the ends of its interval, under three names."""
    x, y = said[part.here], truth[part.here]
    ends = interval(x, y, part.people, statistic) if len(set(part.people)) > 1 else (None, None)
    return dict(zip(names, map(_plain, (statistic(x, y) if part.people else None, *ends)), strict=True))


def _lead(part: _Part, said: Floats, beside: Floats, truth: Floats) -> Entry:
    x1, x2, y = (each[part.here] for each in (said, beside, truth))
    theirs = ccc(x2, y) if part.people else None
    lead = None if theirs is None else ccc(x1, y) - theirs
    ends = paired(x1, x2, y, part.people) if len(set(part.people)) > 1 else (None, None)
    return dict(zip(("beside", "lead", "lead_low", "lead_high"), map(_plain, (theirs, lead, *ends)), strict=True))


def _plain(values: Floats | None) -> list[float] | None:
    return None if values is None else numbers(values)


def _cell(values: list[float] | None, low: list[float] | None, high: list[float] | None, axis: int) -> str:
    if values is None:
        return ""
    stated = f"{values[axis]:.2f}"
    return stated if low is None or high is None else f"{stated} [{low[axis]:.2f}, {high[axis]:.2f}]"
