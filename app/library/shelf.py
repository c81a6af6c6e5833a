"""What a visitor of the library looks at: a question, checked, and one page of the clips that answer it."""

import math
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, Literal, get_args

from app import figures
from app.library import bulk, health
from app.models import TEACHER
from engine.types import AXES
from store.db import Store
from store.filters import ClipFilter, Range

PAGE = 12  # clips
CELLS = 24  # of the plane, each way
MOST = 500  # speakers that are offered; among more, a text finds them
TEXTS = ("text", "corpus", "speaker", "language", "rater", "verdict", "group")
RANGES = (*AXES, "doubt")
Order = Literal["newest", "doubt"]

Shown = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """What a visitor looks at."""

    text: str = ""
    corpus: str = ""
    speaker: str = ""
    language: str = ""
    rater: str = ""
    verdict: str = ""  # or "none": nobody has rated it
    group: str = ""  # what a part of the health report is called: only the clips behind it
    doubt: Range | None = None
    arousal: Range | None = None  # this and the next two: of the teacher's answer
    dominance: Range | None = None
    valence: Range | None = None
    order: Order = "newest"
    plane: bool = False  # how the clips lie in valence and arousal is shown too
    page: int = 0

    def where(self, store: Store) -> ClipFilter:
        """The same for the store. A range that reaches the end of the scale holds what lies beyond, too."""
        same = {name: getattr(self, name) for name in (*TEXTS, *RANGES, "order") if name != "group"}
        axes = {axis: _unbound(same[axis]) for axis in AXES}
        ids = health.report(store).where(self.group) if self.group else None
        return ClipFilter(**same | axes, teacher=TEACHER, ids=ids)


def query(asked: dict[str, Any]) -> Query:
    """What the page asks for, whatever it sent."""
    told: dict[str, Any] = {name: str(asked.get(name) or "")[:200] for name in TEXTS}
    told |= {name: _range(asked.get(name)) for name in RANGES}
    page = asked.get("page", 0)
    return Query(
        **told,
        order=next((order for order in get_args(Order) if order == asked.get("order")), "newest"),
        plane=asked.get("plane") is True,
        page=page if isinstance(page, int) and page > 0 else 0,
    )


def table(store: Store, asked: Query) -> Shown:
    """One page of the clips that match, with the teacher's values, doubt, and what people said of each.

    It is made once for each state of the library, so that a page that looks again costs nothing.
    """
    return _table(store, asked, (store.clips.version(), store.health.version() if asked.group else ()))


@lru_cache(maxsize=32)
def _table(store: Store, asked: Query, _: tuple[object, ...]) -> Shown:
    where = asked.where(store)
    total = store.clips.count(where)
    pages = max(1, -(-total // PAGE))
    asked = replace(asked, page=min(asked.page, pages - 1))
    everywhere = replace(where, arousal=None, valence=None)
    return {
        **asdict(asked),
        "title": health.report(store).titles.get(asked.group, asked.group) if asked.group else "",
        "total": total,
        "pages": pages,
        **_offered(store, asked.corpus, store.clips.version()[:1] + store.clips.version()[-1:]),
        "raters": store.corrections.raters(),
        "cells": store.clips.plane(everywhere, CELLS).tolist() if asked.plane else None,
        "bulk": bulk.last(store),
        "clips": _rows(store, where, asked.page),
    }


@lru_cache(maxsize=8)
def _offered(store: Store, corpus: str, _: tuple[int, ...]) -> Shown:
    """What clips name, made anew only when clips come or go: it takes longer than all the rest."""
    return {
        "corpora": store.clips.corpora(),
        "speakers": store.clips.speakers(corpus)[:MOST],
        "languages": store.clips.languages(),
    }


def _rows(store: Store, where: ClipFilter, page: int) -> list[Shown]:
    clips = store.clips.find(where, PAGE, page * PAGE)
    ids = [clip.id for clip in clips]
    labels, doubts, said = (
        store.labels.for_clips(ids, TEACHER),
        store.doubts.for_clips(ids),
        store.corrections.ratings(ids),
    )
    return [
        {
            "id": clip.id,
            "name": clip.name,
            "corpus": clip.corpus,
            "speaker": clip.speaker,
            "duration_s": clip.duration_s,
            "adv": figures.plain(labels[clip.id].adv) if clip.id in labels else None,
            "doubt": round(doubts[clip.id].doubt, 3) if clip.id in doubts else None,
            "said": [[each.rater, each.verdict] for each in said.get(clip.id, ())],
        }
        for clip in clips
    ]


def _range(asked: object) -> Range | None:
    ends = list(asked) if isinstance(asked, list | tuple) else []
    if len(ends) != 2 or not all(type(end) in (int, float) and math.isfinite(end) for end in ends):
        return None
    return float(min(ends)), float(max(ends))


def _unbound(ends: Range | None) -> Range | None:
    return ends and (-math.inf if ends[0] <= 0 else ends[0], math.inf if ends[1] >= 1 else ends[1])
