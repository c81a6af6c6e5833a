"""Accepting many clips at once, and undoing it in one go."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.library import bulk
from store.db import Store
from store.filters import ClipFilter
from store.records import CorrectionRecord
from tests.shelf import fill

COUNT = 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        adv = np.random.default_rng(0).random((COUNT, 3))
        adv[3] = np.nan  # nobody speaks
        fill(store, adv.tolist(), [n / COUNT for n in range(COUNT)])
        yield store


def accepted(store: Store) -> set[str]:
    return {clip_id for clip_id, said in store.corrections.ratings().items() if said[-1].verdict == "accept"}


def test_clips_of_little_doubt_are_accepted_and_taken_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEW", 4)
    rejected = store.corrections.add(CorrectionRecord(clip_id=f"{6:032x}", rater="bo", verdict="reject"))
    assert store.clips.count(bulk.meant(ClipFilter(), 0.5)) == 13
    assert bulk.accept(store, ClipFilter(), 0.5, "ada") == 13
    expected = {f"{n + 1:032x}" for n in range(1, 16) if n not in (3, 5)}  # unknown doubt, no speech, rated already
    assert accepted(store) == expected
    (said,) = store.corrections.ratings([f"{2:032x}"])[f"{2:032x}"]
    label = store.labels.for_clips([said.clip_id], "embedded")[said.clip_id]
    assert (said.rater, said.shown, said.adv) == ("ada", "bulk", tuple(label.adv.tolist()))
    assert bulk.last(store) == {"rater": "ada", "count": 13}
    store.corrections.undo(said.id, "ada")
    assert bulk.take_back(store, "bo") == 12
    assert accepted(store) == set()
    assert bulk.last(store) is None
    assert store.corrections.ratings()[rejected.clip_id] == [rejected]


def test_the_newest_is_undone_first(store: Store) -> None:
    low = bulk.accept(store, ClipFilter(), 0.2, "ada")
    high = bulk.accept(store, ClipFilter(), 0.6, "bo")
    assert low and high
    assert bulk.take_back(store, "ada") == high
    assert bulk.take_back(store, "ada") == low
    with pytest.raises(ValueError, match="Nothing was accepted"):
        bulk.take_back(store, "ada")


def test_only_what_the_filter_shows_is_accepted(store: Store) -> None:
    assert bulk.accept(store, ClipFilter(doubt=(0.3, 0.9), order="doubt"), 0.4, "ada") == 4
    assert bulk.accept(store, ClipFilter(corpus="another"), 1.0, "ada") == 0
    assert bulk.last(store) == {"rater": "ada", "count": 4}


@pytest.mark.parametrize("below", [0.0, -1.0, 1.5, float("nan")])
def test_what_is_no_doubt_is_a_sentence(store: Store, below: float) -> None:
    with pytest.raises(ValueError, match="Doubt goes from 0 to 1"):
        bulk.accept(store, ClipFilter(), below, "ada")
