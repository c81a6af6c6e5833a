import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.types import StudentSpec
from store.db import Store
from store.records import StudentRecord

real = st.floats(allow_nan=False)
words = st.text()
SPEC = StudentSpec("wav2small")
STUDENT = StudentRecord(name="first", spec=SPEC, data_fingerprint="d", file="first.onnx", licence="CC0-1.0")


@settings(deadline=None)
@given(
    st.builds(
        StudentRecord,
        id=st.just(0),
        name=words,
        spec=st.builds(StudentSpec, words, size=st.integers(), seed=st.integers(0, 2**32)),
        data_fingerprint=words,
        metrics=st.dictionaries(words, real | st.lists(real)),
        parent=st.none(),
        file=words,
        licence=words,
        live=st.booleans(),
        note=words,
        arguments=st.dictionaries(words, real),
        job=st.none() | st.integers(1, 99),
        created_at=real,
    )
)
def test_a_student_comes_back_as_it_was(shelf: Store, record: StudentRecord) -> None:
    student_id = shelf.students.add(record)
    back = shelf.students.get(student_id)
    assert back == replace(record, id=student_id)
    assert shelf.students.list()[0] == back
    if record.live:
        assert shelf.students.live() == back


def test_one_student_is_live_at_a_time(store: Store) -> None:
    assert store.students.live() is None
    first = store.students.add(replace(STUDENT, live=True))
    second = store.students.add(replace(STUDENT, name="second", parent=first, live=True))
    assert [(s.id, s.live) for s in store.students.list()] == [(second, True), (first, False)]
    store.students.make_live(first)
    assert [(s.id, s.live) for s in store.students.list()] == [(second, False), (first, True)]


def test_making_nobody_live_changes_nothing(store: Store) -> None:
    first = store.students.add(replace(STUDENT, live=True))
    with pytest.raises(ValueError, match="no student 99"):
        store.students.make_live(99)
    live = store.students.live()
    assert live is not None
    assert live.id == first


def test_the_database_itself_refuses_two_live_students(store: Store) -> None:
    for name in ("a", "b"):
        store.students.add(replace(STUDENT, name=name))
    with pytest.raises(sqlite3.IntegrityError):
        store._connections.execute("UPDATE students SET live = 1")


def names(store: Store, *wanted: str) -> list[int]:
    return [store.students.add(replace(STUDENT, name=name)) for name in wanted]


def live(store: Store) -> str | None:
    record = store.students.live()
    return record.name if record else None


def test_rolling_back_goes_back_step_by_step_to_the_embedded_one(store: Store) -> None:
    first, second = names(store, "a", "b")
    for chosen in (first, second, second, None):
        store.students.make_live(chosen)
    seen = []
    for _ in range(3):
        store.students.roll_back()
        seen.append(live(store))
    assert seen == ["b", "a", None]
    with pytest.raises(ValueError, match="Nothing was live before"):
        store.students.roll_back()


def test_what_is_made_live_after_rolling_back_goes_back_there(store: Store) -> None:
    first, second, third = names(store, "a", "b", "c")
    store.students.make_live(first)
    store.students.make_live(second)
    store.students.roll_back()
    store.students.make_live(third)
    assert store.students.before()[1] == store.students.get(first)
    store.students.roll_back()
    assert live(store) == "a"


def test_rolling_back_leaves_deleted_students_out(store: Store) -> None:
    first, second, third = names(store, "a", "b", "c")
    for chosen in (first, second, third):
        store.students.make_live(chosen)
    store.students.delete(second)
    store.students.roll_back()
    assert live(store) == "a"


def test_the_live_student_is_not_deleted_and_children_get_the_parent(store: Store) -> None:
    (first,) = names(store, "a")
    second = store.students.add(replace(STUDENT, name="b", parent=first))
    third = store.students.add(replace(STUDENT, name="c", parent=second))
    store.students.make_live(second)
    with pytest.raises(ValueError, match="b is live, and is not deleted"):
        store.students.delete(second)
    store.students.roll_back()
    store.students.delete(second)
    assert [(each.id, each.parent) for each in store.students.list()] == [(third, first), (first, None)]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a b", "-a", "ä", "x" * 65, ".hidden"])
def test_a_name_can_stand_in_an_address(store: Store, name: str) -> None:
    (first,) = names(store, "a")
    with pytest.raises(ValueError, match="A name has letters"):
        store.students.rename(first, name)


def test_names_are_unique_and_a_note_stays(store: Store) -> None:
    first, _ = names(store, "a", "b")
    with pytest.raises(ValueError, match="a student called 'b' already"):
        store.students.rename(first, "b")
    store.students.rename(first, "shop.2")
    store.students.note(first, "for the shop")
    back = store.students.get_by_name("shop.2")
    assert back is not None
    assert (back.id, back.note, back.file) == (first, "for the shop", STUDENT.file)


def test_the_same_order_of_the_same_data_is_recognised(store: Store) -> None:
    store.students.add(replace(STUDENT, arguments={"spec": {"seed": 0}}))
    assert store.students.same({"spec": {"seed": 0}}, "d") is not None
    assert store.students.same({"spec": {"seed": 1}}, "d") is None
    assert store.students.same({"spec": {"seed": 0}}, "other") is None
