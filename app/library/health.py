"""The health of a library: how its labels are spread, who speaks too much, and what is wrong with its sound.

Everything that can be shown has a key, such as `clipped`, `valence:3` (a bar) or `arousal-valence:0:2` (a cell), and
each key stands for clips. A report is made once for each state of the store.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from app.library.findings import Finding, findings
from app.models import TEACHER
from engine.labelling import spread
from engine.types import AXES
from store.db import Store
from store.records import ClipFacts

PAIRS = ((0, 1), (0, 2), (1, 2))
WORDS = (("calm", "excited"), ("controlled", "in control"), ("unpleasant", "pleasant"))

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Corner:
    """Clips that are low or high on two axes, and whether they are too few."""

    key: str
    words: str
    count: int
    lacks: bool


@dataclass(frozen=True)
class Report:
    """What is shown, and which clips stand behind each part of it."""

    clips: int
    labelled: int
    unread: int  # clips whose sound was not read yet
    edges: list[float]  # of the bars
    histograms: dict[str, list[int]]  # by axis
    maps: dict[str, list[list[int]]]  # by two axes: [first axis][second axis], low, middle, high
    corners: list[Corner]
    findings: list[Finding]
    voices: str  # a sentence
    titles: dict[str, str]
    places: dict[str, Places]
    ids: Sequence[str]

    def where(self, key: str) -> tuple[str, ...]:
        """The clips behind a key; none for an unknown one."""
        return tuple(self.ids[place] for place in self.places.get(key, ()))


def report(store: Store) -> Report:
    """The health of the store's clips as they are now, with the embedded teacher's labels."""
    return _report(store, store.health.version())


@lru_cache(maxsize=2)
def _report(store: Store, _: tuple[object, ...]) -> Report:
    facts = store.health.facts(TEACHER)
    edges = spread.edges(facts.adv)
    histograms, bars = _histograms(facts, edges)
    maps, cells = _maps(facts)
    found, voices = findings(facts)
    places = {**bars, **cells, **{each.key: each.places for each in found}}
    corners = _corners(cells, int((~np.isnan(facts.adv)).all(axis=1).sum()))
    words = {corner.key: corner.words for corner in corners}
    return Report(
        clips=len(facts.ids),
        labelled=int(facts.labelled.sum()),
        unread=int((~facts.read).sum()),
        edges=[round(float(edge), 3) for edge in edges],
        histograms=histograms,
        maps=maps,
        corners=corners,
        findings=found,
        voices=voices,
        titles={key: words.get(key) or title for key, title in _titles(edges).items()}
        | {each.key: each.title for each in found},
        places=places,
        ids=facts.ids,
    )


def plain(shown: Report) -> dict[str, Any]:
    """A report as JSON holds it, each finding and corner with its clips."""
    return {
        "clips": shown.clips,
        "labelled": shown.labelled,
        "unread": shown.unread,
        "edges": shown.edges,
        "histograms": shown.histograms,
        "corners": [{"name": c.words, "count": c.count, "lacks": c.lacks} for c in shown.corners],
        "findings": [
            {"name": f.key, "count": f.count, "sentence": f.sentence, "clips": list(shown.where(f.key))}
            for f in shown.findings
        ],
        "voices": shown.voices,
    }


def _histograms(facts: ClipFacts, edges: spread.Doubles) -> tuple[dict[str, list[int]], dict[str, Places]]:
    bins = spread.placed(facts.adv, edges[1:-1])
    bars = {
        f"{axis}:{bar}": np.flatnonzero(bins[:, column] == bar)
        for column, axis in enumerate(AXES)
        for bar in range(spread.BINS)
    }
    return {axis: [len(bars[f"{axis}:{bar}"]) for bar in range(spread.BINS)] for axis in AXES}, bars


def _maps(facts: ClipFacts) -> tuple[dict[str, list[list[int]]], dict[str, Places]]:
    thirds = spread.placed(facts.adv, spread.THIRDS)
    cells = dict[str, Places]()
    maps = defaultdict[str, list[list[int]]](list)
    for a, b in PAIRS:
        for i in range(3):
            row = [np.flatnonzero((thirds[:, a] == i) & (thirds[:, b] == j)) for j in range(3)]
            cells |= {f"{AXES[a]}-{AXES[b]}:{i}:{j}": places for j, places in enumerate(row)}
            maps[f"{AXES[a]}-{AXES[b]}"].append([len(places) for places in row])
    return dict(maps), cells


def _corners(cells: dict[str, Places], labelled: int) -> list[Corner]:
    found = []
    for a, b in PAIRS:
        for i, low_or_high in enumerate(WORDS[a]):
            for j, other in enumerate(WORDS[b]):
                key = f"{AXES[a]}-{AXES[b]}:{2 * i}:{2 * j}"
                count = len(cells[key])
                lacks = labelled > 0 and count < spread.SPARSE * labelled
                found.append(Corner(key, f"{low_or_high} and {other}", count, lacks))
    return found


def _titles(edges: spread.Doubles) -> dict[str, str]:
    bars = {
        f"{axis}:{bar}": f"{axis} {edges[bar]:.2f} to {edges[bar + 1]:.2f}"
        for axis in AXES
        for bar in range(spread.BINS)
    }
    thirds = ("low", "middling", "high")
    cells = {
        f"{AXES[a]}-{AXES[b]}:{i}:{j}": f"{thirds[i]} {AXES[a]}, {thirds[j]} {AXES[b]}"
        for a, b in PAIRS
        for i in range(3)
        for j in range(3)
    }
    return bars | cells
