"""Answers as small plain values that the browser draws: numbers rounded, NaN as None, nothing clipped yet."""

from typing import Any

import numpy as np

from engine.scoring.measure import ccc
from engine.types import Answer, Floats, Trace

PEAKS = 1000  # pairs: about one a pixel
ENOUGH = 8  # shared points of two traces before their CCC means anything

Plain = dict[str, Any]


def peaks(samples: Floats, count: int = PEAKS) -> Plain:
    """The waveform's outline: the lowest and the highest sample of each of at most `count` equal stretches.

    Shape:
        samples: float32 [T], T >= 1 -> `low` and `high`, min(T, count) numbers each.
    """
    starts = np.linspace(0, len(samples), min(count, len(samples)), endpoint=False).astype(int)
    return {
        "low": plain(np.minimum.reduceat(samples, starts), 3),
        "high": plain(np.maximum.reduceat(samples, starts), 3),
    }


def series(trace: Trace) -> Plain:
    """A trace as its times and one list of values an axis, in AXES order."""
    values = [plain(trace.values[:, axis]) for axis in range(trace.values.shape[1])]
    return {"times": plain(trace.times_s, 3), "values": values, "hop_s": trace.hop_s, "window_s": trace.window_s}


def gap(teacher: Answer, student: Answer) -> Plain:
    """How far a student is from its teacher, an axis each.

    Returns:
        `clip`: student minus teacher; `trace`: mean absolute difference where both traces state a value; `ccc` over
        those `points`, None where they are fewer than eight.
    """
    theirs = np.stack([_at(student.trace, axis, teacher.trace.times_s) for axis in range(3)], axis=1)
    both = np.isfinite(teacher.trace.values).all(axis=1) & np.isfinite(theirs).all(axis=1)
    ours, theirs = teacher.trace.values[both], theirs[both]
    points = int(both.sum())
    return {
        "clip": plain(student.adv - teacher.adv),
        "trace": plain(np.abs(theirs - ours).mean(axis=0)) if points else [None] * 3,
        "ccc": plain(ccc(ours, theirs)) if points >= ENOUGH else None,
        "points": points,
    }


def _at(trace: Trace, axis: int, times_s: Floats) -> Floats:
    """A trace read at other times: NaN before it begins, after it ends, and beside a NaN of its own."""
    return np.interp(times_s, trace.times_s, trace.values[:, axis], left=np.nan, right=np.nan).astype(np.float32)


def plain(values: Floats, digits: int = 4) -> list[float | None]:
    """Rounded numbers that JSON can hold: NaN becomes None."""
    return [round(float(value), digits) if np.isfinite(value) else None for value in values]
