"""The desk's functions are public endpoints: whatever is sent, they answer with what can be done, or in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.jobs import work
from app.tabs import curate
from store.db import Store
from tests.conftest import SAMPLES

ASKED: dict[str, Any] = {"rater": " Ada  Lovelace ", "blind": False}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        for path in SAMPLES[:3]:
            work.keep(store, path, path.stem)
        yield store


def reject(clip: str, **more: Any) -> dict[str, Any]:
    act = {"act": "decide", "rater": "Ada Lovelace", "clip": clip, "verdict": "reject", "token": str(uuid4())}
    return act | more


def test_without_a_name_one_is_told_who_rates_here(store: Store) -> None:
    assert curate.enter(store, {}) == {"raters": [], "overlap": 1}
    assert curate.enter(store, ASKED)["rater"] == "Ada Lovelace"


def test_acts_are_done_in_order_and_what_is_refused_does_not_stop_the_rest(store: Store) -> None:
    clips = [each["clip"] for each in curate.enter(store, ASKED)["queue"]]
    acts = [reject(clips[0]), reject(clips[1], verdict="praise"), "nonsense", reject(clips[2])]
    told = curate.send(store, ASKED | {"acts": acts})
    assert [row.clip_id for row in store.corrections.all()] == [clips[0], clips[2]]
    assert [refused["token"] for refused in told["refused"]] == [acts[1]["token"], None]
    assert told["settled"] == [acts[0]["token"], acts[1]["token"], None, acts[3]["token"]]
    assert [each["clip"] for each in told["queue"]] == [clips[1]]


def test_pictures_are_of_the_clips_asked_for(store: Store) -> None:
    clips = [each["clip"] for each in curate.enter(store, ASKED)["queue"]]
    assert list(curate.look(store, ASKED | {"clips": clips[:2]})["pictures"]) == clips[:2]
    assert curate.look(store, ASKED | {"clips": "all"}) == {"pictures": {}}


def test_overlap_is_for_everybody(store: Store) -> None:
    assert curate.settle(store, ASKED | {"overlap": 2})["overlap"] == 2
    assert curate.enter(store, {"rater": "Bob"})["overlap"] == 2


@pytest.mark.parametrize("overlap", [0, 99, "2", None, True, 1.5])
def test_overlap_is_a_small_number(store: Store, overlap: Any) -> None:
    with pytest.raises(ValueError, match="1 to 9 raters"):
        curate.settle(store, ASKED | {"overlap": overlap})


@pytest.mark.parametrize("asked", [{}, {"rater": []}, {"rater": "Ada", "clip": "no"}, {"rater": "Ada", "clips": [3]}])
def test_what_makes_no_sense_is_said_in_words(store: Store, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        curate.past(store, asked)
    if "clip" not in asked:
        with pytest.raises(ValueError, match=r"\.$"):
            curate.look(store, asked)
