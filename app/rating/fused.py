"""What several people said of a clip as one answer, which a student is taught: of each rater what stands counts once.

A clip is rejected if at least half of those who decided reject it; who skipped decided nothing. An accept stands for
the teacher's answer. If all accept, so does the fused answer; else the values are fused, axis by axis, by the method
that was chosen for the whole library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from app.models import TEACHER
from engine.rating import fusion
from engine.types import AXES, Verdict
from store.db import Store
from store.records import CorrectionRecord

CHOICE, DEFAULT = "fusion", "mean"  # its name among the library's choices
Adv = tuple[float | None, ...]
Ratings = Mapping[str, list[CorrectionRecord]]  # by clip id
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fused:
    """What people said of a clip, as one answer."""

    verdict: Verdict  # accept, correct or reject
    adv: Adv  # in AXES order; None: nobody said anything
    ratings: tuple[int, ...]  # the corrections that it was made of, oldest first
    method: str = ""  # empty: one person decided


def method(store: Store) -> str:
    """The method by which this library's answers are fused."""
    chosen = store.choices.get(CHOICE, DEFAULT)
    return chosen if chosen in fusion.METHODS else DEFAULT


def choose(store: Store, name: str) -> None:
    """Fuse by another method from now on; a training that goes on keeps what it began with.

    Raises:
        ValueError: there is no such method.
    """
    if name not in fusion.METHODS:
        raise ValueError(f"There is no fusion called {name!r}; there are: {', '.join(fusion.METHODS)}.")
    store.choices.set(CHOICE, name)


def answers(store: Store, by: str = "") -> Mapping[str, Fused]:
    """The one answer of every clip of which somebody decided something, by clip id.

    Args:
        store: the library.
        by: a method of `engine.rating.fusion`; empty: the one that was chosen.
    """
    return _answers(store, by or method(store), store.corrections.count())


@lru_cache(maxsize=8)
def _answers(store: Store, by: str, count: int) -> Mapping[str, Fused]:
    found = decided(_ratings(store, count))
    shared = several(found)
    values = dict(zip(shared, fusion.METHODS[by](table(found, shared)[1]).tolist(), strict=True)) if shared else {}
    return {clip: _fused(said, values.get(clip), by) for clip, said in found.items()}


def decided(found: Ratings) -> Ratings:
    """The same without those who skipped."""
    kept = {clip: [each for each in said if each.verdict != "skip"] for clip, said in found.items()}
    return {clip: said for clip, said in kept.items() if said}


def several(found: Ratings) -> list[str]:
    """The clips that more than one person rated."""
    return [clip for clip, said in found.items() if len(said) > 1]


def ratings(store: Store) -> Ratings:
    """Each rater's answer that stands, oldest first; an old accept without values gets the teacher's newest answer."""
    return _ratings(store, store.corrections.count())


@lru_cache(maxsize=2)
def _ratings(store: Store, _: int) -> Ratings:
    found = store.corrections.ratings()
    bare = {clip for clip in several(found) if any(map(_bare, found[clip]))}
    labels = store.labels.for_clips(bare, TEACHER) if bare else {}
    for clip, label in labels.items():
        adv = tuple(None if np.isnan(value) else float(value) for value in label.adv)
        found[clip] = [_with(said, adv) if _bare(said) else said for said in found[clip]]
    return found


def table(found: Ratings, clips: Sequence[str]) -> tuple[list[str], Doubles]:
    """Who rated any of these clips, in order of their names, and what they said.

    Shape:
        N clips -> K raters, [K, N, 3] in AXES order; NaN where they said nothing, or rejected.
    """
    raters = sorted({said.rater for clip in clips for said in found.get(clip, ())})
    place = {rater: number for number, rater in enumerate(raters)}
    values = np.full((len(raters), len(clips), len(AXES)), np.nan)
    for column, clip in enumerate(clips):
        for said in found.get(clip, ()):
            if said.verdict in ("accept", "correct"):
                values[place[said.rater], column] = [np.nan if value is None else value for value in said.adv]
    return raters, values


def _fused(said: list[CorrectionRecord], values: list[float] | None, by: str) -> Fused:
    ids = tuple(each.id for each in said)
    if values is None:
        return Fused(said[0].verdict, said[0].adv, ids)
    verdicts = [each.verdict for each in said]
    verdict: Verdict = "accept" if set(verdicts) == {"accept"} else "correct"
    if 2 * verdicts.count("reject") >= len(verdicts):
        verdict = "reject"
    return Fused(verdict, tuple(None if np.isnan(value) else value for value in values), ids, by)


def _bare(said: CorrectionRecord) -> bool:
    return said.verdict == "accept" and set(said.adv) == {None}


def _with(said: CorrectionRecord, adv: Adv) -> CorrectionRecord:
    return CorrectionRecord(**{**vars(said), "adv": adv})
