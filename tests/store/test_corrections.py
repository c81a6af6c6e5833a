import random
import sqlite3
from contextlib import suppress
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
        shown=st.sampled_from(["", "doubt", "repeat"]),
        flag=st.booleans(),
        stated=st.text(),
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


def test_of_each_rater_one_answer_stands(store: Store) -> None:
    first, second = "a" * 32, "b" * 32
    kept = [store.corrections.add(replace(SAID, clip_id=clip)) for clip in (first, first, second)]
    bob = store.corrections.add(replace(SAID, clip_id=first, rater="bob", verdict="reject"))
    assert store.corrections.ratings() == {first: [kept[1], bob], second: [kept[2]]}
    assert store.corrections.raters() == ["ada", "bob"]
    store.corrections.undo(bob.id, "ada")
    assert store.corrections.ratings([first]) == {first: [kept[1]]}
    store.corrections.undo(kept[1].id, "ada")
    assert store.corrections.ratings([first]) == {first: [kept[0]]}
    store.corrections.undo(kept[2].id, "ada")
    assert list(store.corrections.ratings()) == [first]
    assert store.corrections.raters() == ["ada"]
    assert store.corrections.count() == len(list(store.corrections.all())) == 7


def test_several_answers_of_one_rater_to_one_clip_are_repeats(store: Store) -> None:
    first, again, other, undone = (store.corrections.add(replace(SAID, clip_id=clip * 32)) for clip in "aaba")
    store.corrections.undo(undone.id, "ada")
    store.corrections.add(replace(SAID, rater="bob"))
    assert store.corrections.repeats() == [[first, again]]
    assert store.corrections.recent("ada", 2) == [other, again]
    assert store.corrections.recent("carol") == []


def test_a_raters_day_counts_each_clip_once_and_not_what_was_undone(store: Store) -> None:
    for clip, shown, at in (("a", "doubt", 5), ("a", "doubt", 11), ("b", "random", 12), ("c", "repeat", 13)):
        store.corrections.add(replace(SAID, clip_id=clip * 32, shown=shown, made_at=at))
    assert store.corrections.tally("ada", 10) == {"done": 3, "random": 1, "repeat": 1}
    store.corrections.undo(store.corrections.recent("ada")[0].id, "ada")
    assert store.corrections.tally("ada", 10) == {"done": 2, "random": 1, "repeat": 0}
    assert store.corrections.tally("ada", 11.5) == {"done": 1, "random": 1, "repeat": 0}
    assert store.corrections.tally("bob", 0) == {"done": 0, "random": 0, "repeat": 0}


def test_a_decision_that_is_sent_twice_counts_once(store: Store) -> None:
    said = store.corrections.add(replace(SAID, token="t1"))
    assert store.corrections.add(replace(SAID, token="t1", verdict="reject")) == said
    undo = store.corrections.undo(said.id, "ada", "t2")
    assert store.corrections.undo(said.id, "ada", "t2") == undo
    assert store.corrections.history(CLIP) == [said, undo]
    for _ in range(2):  # without a token each counts
        store.corrections.add(SAID)
    assert store.corrections.count() == 4


def test_many_are_kept_or_none(store: Store) -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        store.corrections.add_many([SAID, replace(SAID, raw=(10, 1, 1))])
    assert store.corrections.count() == 0
    assert len(store.corrections.add_many([SAID, replace(SAID, rater="bob")])) == 2


def test_what_stands_is_what_a_look_at_every_row_says(store: Store) -> None:
    """The triggers' table beside the plain definition, over many orders of answers and undos."""
    chance = random.Random(0)
    for _ in range(300):
        if chance.random() < 0.3 and (rows := [row for row in store.corrections.all() if row.undoes is None]):
            with suppress(ValueError):
                store.corrections.undo(chance.choice(rows).id, chance.choice("xyz"))
        else:
            clip, rater = chance.choice("ab") * 32, chance.choice("xyz")
            store.corrections.add(replace(SAID, clip_id=clip, rater=rater))
    rows = list(store.corrections.all())
    undone = {row.undoes for row in rows}
    stands = {(row.clip_id, row.rater): row for row in rows if row.undoes is None and row.id not in undone}
    found = {(row.clip_id, row.rater): row for said in store.corrections.ratings().values() for row in said}
    assert found == stands


def test_many_of_one_kind_are_found_by_their_token_and_undone(store: Store) -> None:
    tokens = ("a/1", "a/2", "ab/1", "b", "")
    kept = store.corrections.add_many(replace(SAID, token=token) for token in tokens)
    store.corrections.undo(kept[0].id, "ada")
    assert store.corrections.standing_of("a/") == [kept[1].id]
    assert store.corrections.standing_of("") == [each.id for each in kept[1:4]]
    undone = store.corrections.undo_many(store.corrections.standing_of("a"), "ada")
    assert [each.undoes for each in undone] == [kept[1].id, kept[2].id]
    with pytest.raises(ValueError, match="undone already"):
        store.corrections.undo_many([kept[3].id, kept[1].id], "ada")
    assert store.corrections.standing_of("b") == [kept[3].id]


def test_an_answer_and_its_undo_cost_the_same_among_many(store: Store) -> None:
    def steps() -> int:
        """Hundreds of steps that SQLite takes for an answer of a clip and its undo."""
        ticks = list[int]()
        conn = store._connections.db.conn
        conn.set_progress_handler(lambda: ticks.append(1), 100)
        kept = store.corrections.add(replace(SAID, clip_id="b" * 32))
        store.corrections.undo(kept.id, "ada")
        store.corrections.standing(CLIP)
        conn.set_progress_handler(None, 0)
        return len(ticks)

    few = steps()
    store.corrections.add_many(replace(SAID, clip_id=f"{number:032x}") for number in range(2000))
    assert steps() < few + 10
