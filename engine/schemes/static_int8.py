"""Convolutions with weights and activations in 8 bits, calibrated on real clips; linears' weights in 8 bits."""

from pathlib import Path

import numpy as np

from engine.exporting import static
from engine.exporting.scheme import Given

TITLE = "int8 with 8-bit activations, calibrated on clips (static QDQ)"
NEEDS = ("clips",)
CLIPS = 100


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    assert given.clips is not None
    clips = given.clips
    rows = np.unique(np.linspace(0, len(clips) - 1, CLIPS).astype(int))
    static.write(source, target, (clips.clip(row) for row in rows))
