"""Where raters differ: the clips that they disagree on most, and whether anybody's scale moves while they rate."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.figures import plain
from app.rating.fused import Doubles, Ratings
from engine.rating import drift
from engine.types import AXES
from store.records import ClipRecord

LISTED = 12  # clips
TELLING = 10  # ratings that a rater must share with others to be held to them, and not to the teacher
SPLIT = 0.5  # of the scale, by which raters differ at least who do not even agree that a clip can be used

Shown = dict[str, Any]


def disputed(raters: Sequence[str], said: Doubles, found: Ratings, clips: Sequence[ClipRecord]) -> list[Shown]:
    """The clips on which people lie furthest apart on any axis, the worst first, each with what everybody said.

    Shape:
        said: [K, N, 3], K raters of N clips.
    """
    here = np.isfinite(said)
    low = np.where(here, said, np.inf).min(axis=0, initial=np.inf)
    high = np.where(here, said, -np.inf).max(axis=0, initial=-np.inf)
    spread = np.where(here.sum(axis=0) > 1, high - low, 0.0)
    split = np.array([len({each.verdict == "reject" for each in found[clip.id]}) > 1 for clip in clips], bool)
    apart = np.maximum(spread.max(axis=1, initial=0.0), SPLIT * split)
    order = [place for place in np.argsort(-apart, kind="stable")[:LISTED].tolist() if apart[place] > 0]
    return [
        {
            "id": clips[place].id,
            "name": clips[place].name,
            "speaker": clips[place].speaker,
            "spread": plain(spread[place].astype(np.float32)),
            "said": [
                {"rater": each.rater, "verdict": each.verdict, "adv": list(each.adv)} for each in found[clips[place].id]
            ],
        }
        for place in order
    ]


def drifts(
    raters: Sequence[str], said: Doubles, teacher: Doubles, found: Ratings, clips: Sequence[ClipRecord]
) -> list[Shown]:
    """Of each rater, how far they lie from the mean of the others as they go on, or from the teacher if they are alone.

    Shape:
        said: [K, N, 3], K raters of N clips; teacher: [N, 3].
    """
    place = {clip.id: number for number, clip in enumerate(clips)}
    lines = []
    for number, rater in enumerate(raters):
        own = [(each.id, place[clip]) for clip, several in found.items() for each in several if each.rater == rater]
        others = _others(said, number)
        alone = np.isfinite(said[number] - others).any(axis=1).sum() < TELLING
        apart = (said[number] - (teacher if alone else others))[[column for _, column in sorted(own)]]
        apart = apart[np.isfinite(apart).any(axis=1)]
        places, means = drift.stretches(apart)
        if len(places) > 1:
            lines.append(
                {
                    "rater": rater,
                    "from": "teacher" if alone else "others",
                    "n": len(apart),
                    "places": plain(places.astype(np.float32), 1),
                    "axes": [plain(mean) for mean in means.astype(np.float32).T],
                    "sentence": _sentence(apart),
                }
            )
    return lines


def _others(said: Doubles, number: int) -> Doubles:
    """The mean of all raters but one, [N, 3]; NaN where no other rated."""
    rest = np.delete(said, number, axis=0)
    here = np.isfinite(rest)
    count = here.sum(axis=0)
    total = np.where(here, rest, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0), np.float64)


def _sentence(apart: Doubles) -> str:
    moved = [
        f"{axis} {found.value:+.2f} [{found.low:+.2f}, {found.high:+.2f}]".replace("-", "−")
        for axis, found in zip(AXES, drift.change(apart), strict=True)
        if found.low > 0 or found.high < 0
    ]
    return f"Moved from the first half to the second: {', '.join(moved)}." if moved else "No drift that can be told."
