import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.types import StudentSpec
from store.db import Store
from store.records import CandidateRecord

real = st.floats(allow_nan=False)
whole = st.integers(0, 2**40)
RECORD = CandidateRecord(
    spec=StudentSpec("etude", 16, shape={"hop": 240}), parameters=1, bytes=2, ms=3.0, share=0.5, ccc=(0.1, 0.2, 0.3),
    rung=1, passes=2, on_front=True,
)  # fmt: skip
records = st.builds(
    CandidateRecord,
    spec=st.builds(StudentSpec, st.text(), whole, whole, st.dictionaries(st.text(), whole)),
    parameters=whole,
    bytes=whole,
    ms=real,
    share=real,
    ccc=st.tuples(real, real, real),
    rung=whole,
    passes=whole,
    on_front=st.booleans(),
)


@given(st.lists(records, max_size=4), st.lists(records, max_size=4))
def test_what_a_search_found_last_comes_back_as_it_was_in_its_order(
    shelf: Store, first: list[CandidateRecord], last: list[CandidateRecord]
) -> None:
    job_id = shelf.jobs.add("search", {})
    shelf.candidates.put(job_id, first)
    shelf.candidates.put(job_id, last)
    assert shelf.candidates.get(job_id) == last


def test_searches_are_kept_apart(store: Store) -> None:
    one, other = (store.jobs.add("search", {}) for _ in range(2))
    store.candidates.put(one, [RECORD])
    store.candidates.put(other, [replace(RECORD, on_front=False), RECORD])
    assert store.candidates.get(one) == [RECORD]
    assert len(store.candidates.get(other)) == 2
    assert store.candidates.get(99) == []


def test_what_no_job_found_is_refused_and_what_was_there_stays(store: Store) -> None:
    job_id = store.jobs.add("search", {})
    store.candidates.put(job_id, [RECORD])
    with pytest.raises(sqlite3.IntegrityError):
        store.candidates.put(99, [RECORD])
    with pytest.raises(sqlite3.IntegrityError):
        store.candidates.put(job_id, [RECORD, replace(RECORD, ms=float("nan"))])
    assert store.candidates.get(job_id) == [RECORD]
