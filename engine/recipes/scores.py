"""CCC on speakers never heard, per corpus and over all, with intervals over speakers: as numbers and as a table."""

from typing import Any

import numpy as np

from engine.measure import ccc, interval
from engine.types import AXES, CorpusRow, Floats


def scores(said: Floats, truth: Floats, rows: list[CorpusRow]) -> list[dict[str, Any]]:
    """One entry a corpus and one for `all`; clips that `said` has no value for (NaN) are counted, not scored.

    Shape:
        said, truth: float32 [N, 3], rows: N of them.
    """
    corpora = np.array([row.corpus for row in rows])
    speakers = np.array([row.speaker for row in rows])
    heard = ~np.isnan(said).any(axis=1)
    found = []
    for name in [*dict.fromkeys(corpora), "all"]:
        here = heard & ((corpora == name) | (name == "all"))
        low, high = interval(said[here], truth[here], list(speakers[here]))
        found.append({
            "corpus": str(name), "n": int(here.sum()), "speakers": len(set(speakers[here])),
            "no_speech": int((~heard & ((corpora == name) | (name == "all"))).sum()),
            "ccc": numbers(ccc(said[here], truth[here])), "low": numbers(low), "high": numbers(high),
        })  # fmt: skip
    return found


def numbers(values: Floats) -> list[float]:
    """Three digits: more would claim more than some speakers can tell."""
    return [round(float(value), 3) for value in values]


def table(title: str, entries: list[dict[str, Any]]) -> str:
    """Entries of `scores` as a Markdown table."""
    lines = [f"| {title} | clips | speakers | {' | '.join(AXES)} |", "|---|---|---|---|---|---|"]
    for entry in entries:
        cells = [
            f"{value:.2f} [{low:.2f}, {high:.2f}]"
            for value, low, high in zip(entry["ccc"], entry["low"], entry["high"], strict=True)
        ]
        lines.append(f"| {entry['corpus']} | {entry['n']} | {entry['speakers']} | {' | '.join(cells)} |")
    return "\n".join(lines)
