"""Two students on the same clips: how far apart they are in agreement, where, and whether the new one should stay.

Intervals draw whole speakers; where only one speaks they draw clips, and say so. A student counts as worse on an axis
if its interval leaves no doubt, and also if it lost more than SLACK on these clips: whoever offers it has to show that
it is no worse.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from engine.scoring.measure import better, ccc, interval, paired
from engine.scoring.scores import Row, numbers
from engine.types import AXES, Floats

SLACK = 0.02  # of CCC: a loss that nobody hears
UNSURE = 0.05  # of CCC: a possible loss that is told
FEW = 10  # clips; a part with fewer is marked

Entry = dict[str, Any]
Verdict = Literal["better", "no worse", "worse"]


def pair(new: Floats, old: Floats, truth: Floats, people: Sequence[str]) -> Entry:
    """CCC of both to the truth, and the difference, new less old, with 95 % intervals.

    A NaN in any leaves the clip out.

    Shape:
        new, old, truth: float32 [N, 3]; people: N names.

    Returns:
        `n`, `speakers`, `few`, what intervals draw `over` (speakers or clips), and lists in AXES order: `new`, `old`,
        `difference`, each with `_low` and `_high`, and `probability` that the new one is better. None: no clip.
    """
    known = np.asarray(np.isfinite([new, old, truth]).all(axis=(0, 2)))
    new, old, truth = new[known], old[known], truth[known]
    people = [person for person, kept in zip(people, known.tolist(), strict=True) if kept]
    found: Entry = {"n": len(people), "speakers": len(set(people)), "few": len(people) < FEW}
    found["over"] = "speakers" if found["speakers"] > 1 else "clips"
    drawn = people if found["speakers"] > 1 else [str(number) for number in range(len(people))]
    if not people:
        return found | dict.fromkeys(("new", "old", "difference", "difference_low", "difference_high", "probability"))
    ends = {"new": interval(new, truth, drawn), "old": interval(old, truth, drawn)}
    ends["difference"] = paired(new, old, truth, drawn)
    values = {"new": ccc(new, truth), "old": ccc(old, truth)}
    values["difference"] = values["new"] - values["old"]
    for name, value in values.items():
        found |= {name: numbers(value), f"{name}_low": numbers(ends[name][0]), f"{name}_high": numbers(ends[name][1])}
    return found | {"probability": numbers(better(new, old, truth, drawn))}


def parts(new: Floats, old: Floats, truth: Floats, rows: Sequence[Row]) -> list[Entry]:
    """`pair` for each corpus and then for each speaker, with `by` and `name`; what is not stated is left out."""
    people = whole_names(rows)
    cuts = {"corpus": [row.corpus for row in rows]}
    cuts["speaker"] = [person if row.speaker else "" for person, row in zip(people, rows, strict=True)]
    found = []
    for by, names in cuts.items():
        for name in dict.fromkeys(filter(None, names)):
            here = np.array([each == name for each in names])
            spoken = [person for person, mine in zip(people, here, strict=True) if mine]
            found.append({"by": by, "name": name, **pair(new[here], old[here], truth[here], spoken)})
    return found


def whole_names(rows: Sequence[Row]) -> list[str]:
    """Who speaks in each clip; the same name in two corpora is two people."""
    return [f"{row.corpus}/{row.speaker}" for row in rows]


def changed(new: Floats, old: Floats, most: int) -> list[int]:
    """The clips whose answers changed most on any axis, the largest change first.

    Shape:
        new, old: float32 [N, 3] -> at most `most` places in 0..N-1.
    """
    apart = np.abs(new - old).max(axis=1)
    return [int(place) for place in np.argsort(-apart, kind="stable")[:most] if apart[place] > 0]


def verdict(entry: Entry) -> tuple[Verdict, list[int]]:
    """Of an entry of `pair`: better, no worse or worse, and the axes, by their places, on which it is that."""
    triples = list(zip(entry["difference"], entry["difference_low"], entry["difference_high"], strict=True))
    if worse := [axis for axis, (value, _, high) in enumerate(triples) if high < 0 or value < -SLACK]:
        return "worse", worse
    if gained := [axis for axis, (_, low, _) in enumerate(triples) if low > 0]:
        return "better", gained
    return "no worse", []


def advice(entry: Entry) -> str:
    """The verdict in a sentence or two, with its figures."""
    found, axes = verdict(entry)
    stated = " and ".join(_stated(entry, axis) for axis in axes)
    if found == "worse":
        sure = any(entry["difference_high"][axis] < 0 for axis in axes)
        doubt = "" if sure else " So few clips can't rule out chance, but they don't speak for it."
        return f"Worse on {stated}: keep the old one.{doubt}"
    lost = min(entry["difference_low"])
    open_to = f" From so few voices a loss of up to {-lost:.2f} can't be ruled out." if lost < -UNSURE else ""
    if found == "better":
        return f"Better on {stated}, and not shown to be worse on any axis.{open_to}"
    return f"No worse, and not shown to be better: no axis lost more than {SLACK}.{open_to}"


def _stated(entry: Entry, axis: int) -> str:
    value, low, high = (entry[f"difference{end}"][axis] for end in ("", "_low", "_high"))
    ends = f"[{low:+.2f}, {high:+.2f}]".replace("-", "−")
    return f"{AXES[axis]} by {abs(value):.2f} {ends}"
