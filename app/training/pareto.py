"""What a search has found, as plain values: agreement against time, a dot a shape, and the same as a table's rows."""

import math
from statistics import fmean
from typing import Any

from engine.searching.candidates import title
from store.db import Store
from store.records import CandidateRecord

WIDEST, LEAST = 34.0, 8.0  # pixels across the dot of the largest file, and of any

Plain = dict[str, Any]


def search_view(store: Store, job_id: int) -> Plain:
    """A search's shapes, the highest mean CCC first.

    Returns:
        `rows`: shape, parameters, bytes, ms, share of wav2small's time, ccc (AXES order), mean, passes, front.
        `dots`: x in ms, y as mean CCC, and pixels across, whose area is in proportion to the bytes; a row each.
        `line`: the rows that are joined, the fastest first: the front as far as CCC and time alone go. A shape that is
        on the front for its few bytes is no part of it.
    """
    found = sorted(store.candidates.get(job_id), key=lambda each: (-fmean(each.ccc), each.ms))
    largest = max((each.bytes for each in found), default=1)
    return {
        "rows": [_row(each) for each in found],
        "dots": {
            "x": [round(each.ms, 3) for each in found],
            "y": [round(fmean(each.ccc), 4) for each in found],
            "size": [max(LEAST, round(WIDEST * math.sqrt(each.bytes / largest), 1)) for each in found],
        },
        "line": _line(found),
    }


def _row(found: CandidateRecord) -> Plain:
    return {
        "shape": title(found.spec),
        "parameters": found.parameters,
        "bytes": found.bytes,
        "ms": round(found.ms, 3),
        "share": round(found.share, 4),
        "ccc": [round(value, 4) for value in found.ccc],
        "mean": round(fmean(found.ccc), 4),
        "passes": found.passes,
        "front": found.on_front,
    }


def _line(best_first: list[CandidateRecord]) -> list[int]:
    """Places of those that are faster than all that agree better."""
    joined, fastest = list[int](), math.inf
    for place, each in enumerate(best_first):
        if each.ms < fastest:
            fastest = each.ms
            joined.append(place)
    return joined[::-1]
