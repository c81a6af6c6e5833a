"""Categories of acted emotion as points in A/D/V.

Means in pleasure-arousal-dominance space, on -1..1 (Russell & Mehrabian 1977), mapped onto 0..1.
`calm` is a guess of ours. They are a stand-in for human ratings and must be called that.
"""

import numpy as np

from engine.types import CorpusRow, Floats

ANCHORS = {  # arousal, dominance, valence on -1..1
    "anger": (0.59, 0.25, -0.51),
    "boredom": (-0.62, -0.33, -0.65),
    "calm": (-0.45, 0.10, 0.25),
    "disgust": (0.35, 0.11, -0.60),
    "fear": (0.60, -0.43, -0.64),
    "happiness": (0.51, 0.46, 0.81),
    "neutral": (0.0, 0.0, 0.0),
    "sadness": (-0.27, -0.33, -0.63),
    "surprise": (0.67, -0.13, 0.40),
}
CATEGORIES = tuple(sorted(ANCHORS))
STRONG, NORMAL = 1.3, 0.8  # distance from neutral, where a corpus states the intensity


def anchor(row: CorpusRow, scale: float = 1.0) -> Floats:
    """The category's point, its distance from neutral times `scale`: float32 [3] on 0..1.

    Raises:
        ValueError: the category has no anchor.
    """
    if row.category not in ANCHORS:
        raise ValueError(f"No anchor for the category {row.category!r}; there are: {', '.join(CATEGORIES)}.")
    return ((np.array(ANCHORS[row.category], np.float32) * scale + 1) / 2).astype(np.float32)


def target(row: CorpusRow) -> Floats:
    """What to train towards: the anchor, further out where strongly played, nearer where few recognised it."""
    scale = {"strong": STRONG, "normal": NORMAL}.get(row.intensity, 1.0)
    if row.recognised is not None:
        scale *= row.recognised
    return anchor(row, scale)
