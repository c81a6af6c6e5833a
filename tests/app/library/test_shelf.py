"""What a visitor asks the library for: checked, answered, and told of each clip."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.library import shelf
from app.library.shelf import CELLS, Query, query, table
from store.db import Store
from store.records import CorrectionRecord
from tests.shelf import fill

ADV = ((0.1, 0.5, 0.9), (0.5, 0.2, 0.5), (0.9, 0.8, 0.1), (1.3, 0.5, -0.2))
DOUBT = (0.1, 0.7, 0.3, 0.9)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        fill(store, ADV, DOUBT, language="de")
        yield store


def names(store: Store, asked: Query) -> list[str]:
    found = table(store, asked)
    assert found["total"] == len(found["clips"])
    return [clip["name"] for clip in found["clips"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Query(), "3210"),
        (Query(order="doubt"), "3120"),
        (Query(doubt=(0.2, 0.7)), "21"),
        (Query(doubt=(0.2, 0.7), order="doubt"), "12"),
        (Query(arousal=(0.4, 0.95), valence=(0.0, 0.6)), "21"),
        (Query(arousal=(0.4, 1.0), valence=(0.0, 0.6)), "321"),  # what is beyond the scale lies at its end
        (Query(dominance=(0.5, 0.5)), "30"),
        (Query(language="de", text="2.w"), "2"),
        (Query(language="en"), ""),
        (Query(verdict="none"), "30"),
        (Query(verdict="reject"), "1"),
        (Query(rater="ada"), "21"),
        (Query(rater="ada", verdict="accept"), "2"),
    ],
)
def test_a_question_finds_its_clips(store: Store, asked: Query, expected: str) -> None:
    for number, verdict in ((1, "reject"), (2, "accept")):
        store.corrections.add(CorrectionRecord(clip_id=f"{number + 1:032x}", rater="ada", verdict=verdict))
    assert names(store, asked) == [f"{digit}.wav" for digit in expected]


def test_a_row_tells_doubt_and_who_said_what(store: Store) -> None:
    for rater, verdict in (("ada", "skip"), ("bo", "correct")):
        store.corrections.add(CorrectionRecord(clip_id=f"{1:032x}", rater=rater, verdict=verdict))
    found = table(store, Query())
    assert [clip["doubt"] for clip in found["clips"]] == pytest.approx(DOUBT[::-1])
    assert found["clips"][-1]["said"] == [["ada", "skip"], ["bo", "correct"]]
    assert found["clips"][0]["said"] == []
    assert (found["raters"], found["languages"]) == (["ada", "bo"], ["de"])


def test_a_look_again_costs_nothing_until_something_is_said(store: Store) -> None:
    first = table(store, Query())
    assert table(store, Query()) is first
    store.corrections.add(CorrectionRecord(clip_id=f"{1:032x}", rater="ada", verdict="skip"))
    assert table(store, Query())["clips"][-1]["said"] == [["ada", "skip"]]


def test_the_plane_shows_all_that_the_other_filters_leave(store: Store) -> None:
    assert table(store, Query())["cells"] is None
    cells = table(store, Query(plane=True, arousal=(0, 0.2), valence=(0, 0.2), doubt=(0.2, 1)))["cells"]
    assert (len(cells), len(cells[0]), sum(map(sum, cells))) == (CELLS, CELLS, 3)
    assert cells[-1][0] == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"arousal": [0.2]},
        {"arousal": ["0.2", 1]},
        {"arousal": [float("nan"), 1]},
        {"arousal": [True, 1]},
        {"arousal": {"low": 0}},
        {"doubt": "high", "order": "anything", "plane": "yes", "page": 1e9},
        {"verdict": "perhaps' OR 1"},
        {"group": "\0", "rater": ["x"]},
    ],
)
def test_whatever_is_asked_is_answered(store: Store, asked: dict[str, Any]) -> None:
    checked = query(asked)
    assert (checked.arousal, checked.doubt, checked.order, checked.plane) == (None, None, "newest", False)
    json.dumps(table(store, checked), allow_nan=False)


def test_a_range_may_be_told_the_wrong_way_round() -> None:
    assert query({"doubt": [1, 0.25]}).doubt == (0.25, 1)


def test_only_so_many_speakers_are_offered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 0)
    assert table(store, Query(text="1"))["speakers"] == []
