import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.db import Store
from store.records import CorrectionRecord

real = st.floats(allow_nan=False)
sam = st.none() | st.integers(1, 9)
CLIP = "a" * 32
SAID = CorrectionRecord(clip_id=CLIP, rater="ada", raw=(7, 5, 2), adv=(0.75, 0.5, 0.125), verdict="correct")


@settings(deadline=None)
@given(
    st.builds(
        CorrectionRecord,
        id=st.just(0),
        clip_id=st.text(),
        rater=st.text(),
        raw=st.tuples(sam, sam, sam),
        adv=st.tuples(*[st.none() | real] * 3),
        verdict=st.sampled_from(["accept", "correct", "reject", "skip"]),
        blind=st.booleans(),
        seconds=real,
        note=st.text(),
        undoes=st.none(),
        made_at=real,
    )
)
def test_a_correction_comes_back_as_it_was(shelf: Store, record: CorrectionRecord) -> None:
    added = shelf.corrections.add(record)
    assert replace(added, id=0) == record
    assert shelf.corrections.standing(record.clip_id) == added
    assert shelf.corrections.history(record.clip_id)[-1] == added


def test_the_newest_stands_until_it_is_undone(store: Store) -> None:
    first = store.corrections.add(SAID)
    second = store.corrections.add(replace(SAID, rater="bob", verdict="reject"))
    assert store.corrections.standing(CLIP) == second
    undo = store.corrections.undo(second.id, "bob")
    assert undo.undoes == second.id
    assert store.corrections.standing(CLIP) == first
    store.corrections.undo(first.id, "bob")
    assert store.corrections.standing(CLIP) is None
    assert len(store.corrections.history(CLIP)) == 4


def test_an_undo_happens_once_and_only_to_a_correction(store: Store) -> None:
    said = store.corrections.add(SAID)
    undo = store.corrections.undo(said.id, "ada")
    with pytest.raises(ValueError, match="undone already"):
        store.corrections.undo(said.id, "ada")
    for number in (undo.id, 99):
        with pytest.raises(ValueError, match="no correction"):
            store.corrections.undo(number, "ada")


@pytest.mark.parametrize("change", [{"raw": (0, 5, 5)}, {"raw": (5, 5, 10)}, {"verdict": "perhaps"}, {"undoes": 99}])
def test_what_no_rater_can_mean_is_refused(store: Store, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        store.corrections.add(replace(SAID, **change))
    assert store.corrections.history(CLIP) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE corrections SET note = 'changed'",
        "DELETE FROM corrections",
        "INSERT OR REPLACE INTO corrections SELECT * FROM corrections",
    ],
)
def test_what_people_said_is_never_changed_or_deleted(store: Store, sql: str) -> None:
    said = store.corrections.add(SAID)
    with pytest.raises(sqlite3.IntegrityError, match="A correction is never"):
        store._connections.execute(sql)
    assert store.corrections.history(CLIP) == [said]


def test_all_that_stands_is_what_stands_of_each_clip(store: Store) -> None:
    clips = [letter * 32 for letter in "abc"]
    for clip in clips:
        store.corrections.add(replace(SAID, clip_id=clip))
    second = store.corrections.add(replace(SAID, clip_id=clips[0], verdict="reject"))
    gone = store.corrections.standing(clips[2])
    assert gone is not None
    store.corrections.undo(gone.id, "ada")
    assert store.corrections.all_standing() == {clip: store.corrections.standing(clip) for clip in clips[:2]}
    assert store.corrections.all_standing()[clips[0]] == second
    assert store.corrections.count() == 5
