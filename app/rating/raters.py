"""How far raters agree with the teacher, the student, each other and themselves: what the page and `etude raters` tell.

What was accepted in bulk, unheard, counts for nothing here. An accept is the teacher's own answer, so it raises the
agreement with it; blind answers, given before any other was seen, are told apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from statistics import median
from typing import Any

import numpy as np

from app import models
from app.figures import plain
from app.rating import asking, differences, fused, fusions, progress, rated
from app.rating.fused import Doubles, Ratings
from engine.rating import agreement
from engine.rating.agreement import Agreed
from engine.types import AXES
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord

MOST_PAIRS = 45  # of raters; those that share most clips
CHUNK = 1000  # labels read at once

Shown = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Rated:
    """The clips that people rated by listening, and all that was said of them.

    Shape:
        said: [K, N, 3], K raters; blind: by rater, [N, 3]; teacher, student: [N, 3]; NaN: nothing said.
    """

    clips: list[ClipRecord]
    groups: list[str]  # what intervals draw, a name a clip
    over: str  # speakers or clips
    found: Ratings
    raters: list[str]
    said: Doubles
    blind: dict[str, Doubles]
    teacher: Doubles
    student: Doubles


def report(store: Store) -> Shown:
    """All that is told of raters, plain numbers and text; made once for each state of the store."""
    return _report(store, version(store))


def version(store: Store) -> tuple[object, ...]:
    """Changes whenever the report may have changed."""
    student = asking.fingerprint(store)
    said = store.corrections.count(), fused.method(store), student, store.answers.count(student)
    students = [(record.name, record.live) for record in store.students.list()]
    return *store.health.version(), *said, *students


@lru_cache(maxsize=2)
def _report(store: Store, _: tuple[object, ...]) -> Shown:
    repeats = store.corrections.repeats()
    known = gather(store, repeats)
    return {
        "clips": len(known.clips),
        "over": known.over,
        "student": models.live(store),
        "answered": int(np.isfinite(known.student).all(axis=1).sum()),
        "unasked": len({clip.id for clip in known.clips} - rated.answers(store).keys()),
        "people": [_person(rater, known.found) for rater in known.raters],
        "pairs": [*_with_models(known), *_with_themselves(known, repeats), *_with_others(known)],
        "all": _together(known),
        "drift": differences.drifts(known.raters, known.said, known.teacher, known.found, known.clips),
        "disputed": differences.disputed(known.raters, known.said, known.found, known.clips),
        "fusion": fusions.compared(store),
        "progress": progress.report(store),
    }


def gather(store: Store, repeats: list[list[CorrectionRecord]]) -> Rated:
    """What people, teacher and student said of the clips that people rated and that are still in the library."""
    every = rated.heard(fused.ratings(store))
    clips = store.clips.find(ClipFilter(ids=tuple(every)), limit=-1) if every else []
    ids = [clip.id for clip in clips]
    found = {clip_id: every[clip_id] for clip_id in ids}
    raters, said = fused.table(found, ids)
    groups = [f"{clip.corpus}/{clip.speaker}" if clip.speaker else clip.id for clip in clips]
    several = len(set(groups)) > 1
    return Rated(
        clips=clips,
        groups=groups if several else ids,
        over="speakers" if several and any(clip.speaker for clip in clips) else "clips",
        found=found,
        raters=raters,
        said=said,
        blind=_blind(repeats, found, ids),
        teacher=_labels(store, ids),
        student=_stacked(list(map(rated.answers(store).get, ids))),
    )


def _labels(store: Store, ids: list[str]) -> Doubles:
    parts = [ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK)]
    said = {key: label.adv for part in parts for key, label in store.labels.for_clips(part, models.TEACHER).items()}
    return _stacked([said.get(clip_id) for clip_id in ids])


def _stacked(rows: list[Any]) -> Doubles:
    filled = [[np.nan if value is None else value for value in ([None] * 3 if row is None else row)] for row in rows]
    return np.array(filled, np.float64).reshape(-1, len(AXES))


def _blind(repeats: list[list[CorrectionRecord]], found: Ratings, ids: list[str]) -> dict[str, Doubles]:
    """By rater, what they said before they saw any answer, also where they changed it afterwards."""
    first = {(each.rater, clip): each for clip, said in found.items() for each in said if each.blind}
    for said in repeats:
        if blind := [each for each in said if each.blind]:
            first[blind[0].rater, blind[0].clip_id] = blind[0]
    tables = {}
    for rater in {rater for rater, _ in first}:
        own = {clip: [each] for (who, clip), each in first.items() if who == rater}
        tables[rater] = fused.table(own, ids)[1]
    return {rater: table[0] for rater, table in tables.items() if len(table)}


def _person(rater: str, found: Ratings) -> Shown:
    own = [each for said in found.values() for each in said if each.rater == rater]
    verdicts = [each.verdict for each in own]
    took_s = [each.seconds for each in own if each.seconds > 0]
    counts = {verdict: verdicts.count(verdict) for verdict in ("accept", "correct", "reject")}
    blind = sum(each.blind for each in own)
    return {"rater": rater, "n": len(own), **counts, "blind": blind, "seconds": median(took_s) if took_s else None}


def _pair(kind: str, one: str, other: str, x: Doubles, y: Doubles, groups: list[str]) -> Shown:
    axes = [agreement.concordance(x[:, axis], y[:, axis], groups) for axis in range(len(AXES))]
    return {"kind": kind, "a": one, "b": other, "axes": [_plain(each) for each in axes]}


def _with_models(known: Rated) -> Iterator[Shown]:
    for rater, said in zip(known.raters, known.said, strict=True):
        yield _pair("teacher", rater, models.TEACHER, said, known.teacher, known.groups)
    for rater in sorted(known.blind):
        yield _pair("blind", rater, models.TEACHER, known.blind[rater], known.teacher, known.groups)
    if np.isfinite(known.student).any():
        for rater, said in zip(known.raters, known.said, strict=True):
            yield _pair("student", rater, "student", said, known.student, known.groups)


def _with_others(known: Rated) -> list[Shown]:
    here = np.asarray(np.isfinite(known.said).any(axis=2))
    pairs = list(combinations(range(len(known.raters)), 2))
    pairs = sorted(pairs, key=lambda pair: -int((here[pair[0]] & here[pair[1]]).sum()))[:MOST_PAIRS]
    return [
        _pair("rater", known.raters[a], known.raters[b], known.said[a], known.said[b], known.groups) for a, b in pairs
    ]


def _with_themselves(known: Rated, repeats: list[list[CorrectionRecord]]) -> Iterator[Shown]:
    """Each rater's first answer beside the one that they gave when the clip came again without their knowing."""
    groups = dict(zip((clip.id for clip in known.clips), known.groups, strict=True))
    twice = [two for said in repeats if said[0].clip_id in groups for two in pairwise(_showings(said))]
    for rater in known.raters:
        own = [two for two in twice if two[0].rater == rater]
        if own:
            first, second = (_stacked([each.adv for each in side]) for side in zip(*own, strict=True))
            yield _pair("self", rater, rater, first, second, [groups[two[0].clip_id] for two in own])


def _showings(said: list[CorrectionRecord]) -> list[CorrectionRecord]:
    """The first answer each time that the clip came by itself; what was changed after the reveal is no second one."""
    begun = said[:1]
    for before, each in pairwise(said):
        revealed = before.blind and not each.blind and before.shown == each.shown
        if each.shown == "repeat" and not revealed:
            begun.append(each)
    return begun


def _together(known: Rated) -> list[Shown]:
    """ICC(2,1), ICC(2,k) and Krippendorff's alpha of all raters."""
    if len(known.raters) < 2:
        return []
    both = [agreement.icc(known.said[:, :, axis], known.groups) for axis in range(len(AXES))]
    alphas = [agreement.alpha(known.said[:, :, axis], known.groups) for axis in range(len(AXES))]
    named = {"ICC(2,1)": [one for one, _ in both], "ICC(2,k)": [many for _, many in both], "alpha": alphas}
    return [{"name": name, "axes": [_plain(each) for each in axes]} for name, axes in named.items()]


def _plain(found: Agreed) -> Shown:
    value, low, high = plain(np.array([found.value, found.low, found.high], np.float32))
    return {"value": value, "low": low, "high": high, "n": found.n}
