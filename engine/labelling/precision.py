"""Whether a teacher may label in 16 bits: twice as fast, if its answers to real clips hardly move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.scoring.measure import ccc
from engine.types import AXES, Floats, Model

LEAST_CLIPS = 8  # fewer say nothing of a spread
LEAST_CCC = 0.99  # on each axis, against fp32
MOST_DRIFT = 0.25  # the largest difference, in standard deviations between clips on its axis

Open = Callable[[str], Model]  # a precision, fp32 or bf16 -> the teacher in it


@dataclass(frozen=True)
class Gated:
    """What a teacher is to be opened with, and why."""

    precision: str
    ccc: tuple[float, ...] | None  # of bf16's answers against fp32's, in AXES order; None: not measured
    drift: float | None  # largest difference, in standard deviations between clips
    why: str


def gate(teacher: Open, clips: Sequence[Floats], able: bool) -> Gated:
    """Try bf16 against fp32 on some clips; whatever is in doubt is fp32.

    Args:
        teacher: opens it; called twice at most, the first of the two let go before the other is opened.
        clips: real ones, LEAST_CLIPS or more, float32 [T] at 16 kHz each.
        able: whether 16 bits are fast here; see `engine.machine.bf16`.
    """
    if not able:
        return Gated("fp32", None, None, "fp32: this processor computes no faster in 16 bits.")
    if len(clips) < LEAST_CLIPS:
        return Gated(
            "fp32", None, None, f"fp32: {len(clips)} clips are too few to try 16 bits, {LEAST_CLIPS} are needed."
        )
    truth, tried = _said(teacher("fp32"), clips), _said(teacher("bf16"), clips)
    if not np.isfinite(tried).all():
        return Gated("fp32", None, None, "fp32: in 16 bits some answers are no numbers.")
    spread = np.maximum(truth.std(axis=0), 1e-9)
    agreed = tuple(float(value) for value in ccc(tried, truth))
    drift = float((np.abs(tried - truth) / spread).max())
    passed = min(agreed) >= LEAST_CCC and drift <= MOST_DRIFT
    measured = (
        f"on {len(clips)} clips CCC to fp32 {' / '.join(f'{value:.4f}' for value in agreed)} ({', '.join(AXES)}), "
        f"largest drift {drift:.3f} of the spread between clips"
    )
    if passed:
        return Gated("bf16", agreed, drift, f"bf16: {measured}.")
    return Gated("fp32", agreed, drift, f"fp32: {measured}; bf16 needs {LEAST_CCC} and at most {MOST_DRIFT}.")


def _said(model: Model, clips: Sequence[Floats]) -> Floats:
    return np.concatenate([model.predict(clip[None])[0] for clip in clips])
