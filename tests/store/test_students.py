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
