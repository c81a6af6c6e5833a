"""Ratings of others: any scale, linearly, by the columns' names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rating.ratings import Ratings

SEVEN = Ratings(1, 7)
LINE = {"file": "a/b.wav", "arousal": "7", "dominance": "1", "valence": "4"}


def test_a_line_is_a_blind_correction_that_keeps_what_was_stated() -> None:
    row = SEVEN.row(LINE)
    assert row is not None
    assert (row.adv, row.raw, row.name, row.clip_id) == ((1.0, 0.0, 0.5), (None,) * 3, "a/b.wav", "")
    assert (row.by, row.verdict, row.blind, row.shown) == ("gold", "correct", True, "import")
    assert json.loads(row.stated) == {"scale": [1, 7], "values": [7.0, 1.0, 4.0]}


def test_axes_go_by_their_names_and_an_axis_may_be_missing() -> None:
    row = Ratings(-1, 1, columns=("act", "dom", "val")).row({"path": "x", "val": -1, "act": 0.5, "dom": None})
    assert row is not None
    assert row.adv == (0.75, None, 0.0)


def test_a_scale_may_fall_and_words_may_stand_for_numbers() -> None:
    row = Ratings(9, 1, words={"calm": 9, "wild": 1}).row({"file": "x", "arousal": "wild", "valence": 9, "rater": "bo"})
    assert row is not None
    assert (row.adv, row.by) == ((1.0, None, 0.0), "bo")


def test_the_rater_who_is_named_counts() -> None:
    row = Ratings(1, 7, rater="ada").row(LINE | {"rater": "bo"})
    assert row is not None
    assert row.by == "ada"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE | {"arousal": "8"}, "arousal is 8, and the scale goes from 1 to 7"),
        (LINE | {"arousal": "3,5"}, "arousal is '3,5', which is not a number"),
        (LINE | {"arousal": ["a", "b"]}, "not a number"),
        ({"file": "x", "arousal": "", "valence": None}, "nothing is rated"),
        ({"arousal": 3, "file": " "}, "no clip is named"),
    ],
)
def test_a_bad_line_is_told(line: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SEVEN.row(line)


def test_a_line_without_the_columns_says_nothing() -> None:
    assert SEVEN.row({"file": "x", "text": "hello"}) is None


def test_a_scale_needs_length() -> None:
    with pytest.raises(ValueError, match="has no length"):
        Ratings(3, 3)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1))
def test_the_ends_of_a_scale_are_0_and_1(low: float, high: float, part: float) -> None:
    if abs(low - high) < 1e-3:
        return
    ratings = Ratings(low, high)
    ends = [ratings.row({"file": "x", "arousal": value}) for value in (low, high)]
    assert [row.arousal for row in ends if row] == [0, 1]
    between = ratings.row({"file": "x", "arousal": min(max(low + part * (high - low), min(low, high)), max(low, high))})
    assert between is not None
    assert between.arousal == pytest.approx(part, abs=1e-6)
