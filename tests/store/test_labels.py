import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from engine.types import Trace
from store.db import Store
from store.records import ClipRecord, LabelRecord

Put = Callable[..., ClipRecord]
real = st.floats(allow_nan=False)
floats32 = st.floats(width=32)


def label(
    clip_id: str, value: float = 0.5, teacher: str = "t", fingerprint: str = "f", made_at: float = 1
) -> LabelRecord:
    return LabelRecord(
        clip_id=clip_id,
        teacher=teacher,
        fingerprint=fingerprint,
        adv=np.full(3, value, np.float32),
        trace=Trace(np.full((2, 3), value, np.float32), 0.25, 1.0, 1.25),
        speech_s=value,
        made_at=made_at,
    )


@settings(deadline=None)
@given(
    st.builds(
        LabelRecord,
        clip_id=st.just("a" * 32),
        teacher=st.text(),
        fingerprint=st.text(),
        adv=arrays(np.float32, 3, elements=floats32),
        trace=st.builds(
            Trace,
            values=arrays(np.float32, st.tuples(st.integers(0, 9), st.just(3)), elements=floats32),
            hop_s=real,
            window_s=real,
            duration_s=real,
        ),
        embedding=st.none() | arrays(np.float32, array_shapes(max_dims=1, min_side=0), elements=floats32),
        speech_s=real,
        made_at=st.just(1e300),
    )
)
def test_a_label_comes_back_as_it_was(shelf: Store, record: LabelRecord) -> None:
    with shelf.scratch() as file:
        file.write_bytes(b"sound")
        shelf.clips.add(ClipRecord(id=record.clip_id, name="", duration_s=1, peak=1, rms=1), file)
    shelf.labels.add(record)
    back = shelf.labels.get(record.clip_id, record.teacher)
    assert back is not None
    np.testing.assert_array_equal(back.adv, record.adv)
    np.testing.assert_array_equal(back.trace.values, record.trace.values)
    np.testing.assert_array_equal(back.embedding, record.embedding)
    assert {back.adv.dtype, back.trace.values.dtype} == {np.dtype(np.float32)}
    for name in ("teacher", "fingerprint", "speech_s", "made_at"):
        assert getattr(back, name) == getattr(record, name)
    for name in ("hop_s", "window_s", "duration_s"):
        assert getattr(back.trace, name) == getattr(record.trace, name)
    clip = shelf.clips.get(record.clip_id)
    assert clip is not None
    assert clip.speech_s == record.speech_s


def test_computing_again_replaces_and_the_newest_of_a_teacher_counts(store: Store, put: Put) -> None:
    clip = put(1)
    for value, fingerprint, made_at in [(0.1, "new", 3.0), (0.2, "old", 2.0), (0.25, "old", 2.5)]:
        store.labels.add(label(clip.id, value, fingerprint=fingerprint, made_at=made_at))
    newest = store.labels.get(clip.id, "t")
    assert newest is not None
    assert newest.fingerprint == "new"
    assert store.labels.get(clip.id, "somebody") is None
    assert store.stats()["labels"] == {"t": 1}


def test_missing_are_the_clips_without_this_fingerprint_oldest_first(store: Store, put: Put) -> None:
    ids = [put(number).id for number in (3, 1, 2)]
    store.labels.add(label(ids[2]))
    assert store.labels.missing("f") == [ids[1], ids[0]]
    assert store.labels.missing("g") == [ids[1], ids[2], ids[0]]


def test_for_clips_leaves_out_what_the_teacher_has_not_answered(store: Store, put: Put) -> None:
    a, b, c = (put(number).id for number in range(3))
    store.labels.add(label(a))
    store.labels.add(label(b, teacher="other"))
    assert set(store.labels.for_clips([a, b, c], "t")) == {a}
    assert store.labels.for_clips([], "t") == {}


def test_a_label_needs_its_clip(store: Store) -> None:
    with pytest.raises(ValueError, match="not in the library"):
        store.labels.add(label("a" * 32))


def test_a_teachers_pace_is_told_from_its_newest_labels(store: Store, put: Put) -> None:
    assert store.labels.pace("t") is None
    for number in range(30):
        pause_s = 1000 if number == 15 else 0
        store.labels.add(label(put(number).id, made_at=0.05 * number + pause_s))
    assert store.labels.pace("t") == pytest.approx(1.25 / 0.05)
    assert store.labels.pace("another") is None


def test_embeddings_are_those_of_the_teacher_as_it_is_now(store: Store, put: Put) -> None:
    one, two, without = put(1), put(2), put(3)
    rows = {one.id: np.arange(4, dtype=np.float32), two.id: np.ones(4, np.float32)}
    for clip_id, embedding in rows.items():
        store.labels.add(dataclasses.replace(label(clip_id), embedding=embedding))
    store.labels.add(dataclasses.replace(label(one.id, fingerprint="older"), embedding=np.zeros(7, np.float32)))
    store.labels.add(label(without.id))
    ids, embeddings = store.labels.embeddings("f")
    assert {clip_id: row.tolist() for clip_id, row in zip(ids, embeddings, strict=True)} == {
        clip_id: row.tolist() for clip_id, row in rows.items()
    }
    assert store.labels.embeddings("none")[1].shape == (0, 0)


def test_teachers_are_those_who_have_answered(store: Store, put: Put) -> None:
    assert store.labels.teachers() == []
    for teacher in ("b", "a", "b"):
        store.labels.add(label(put(1).id, teacher=teacher))
    assert store.labels.teachers() == ["a", "b"]


def test_every_answer_of_every_teacher_is_told(store: Store, put: Put) -> None:
    clip = put(1)
    put(2)
    for number, (teacher, fingerprint) in enumerate([("a", "old"), ("b", "x"), ("a", "new")]):
        store.labels.add(label(clip.id, teacher=teacher, fingerprint=fingerprint, made_at=float(number)))
    found = store.labels.every([clip.id, f"{2:032x}"])
    assert {clip_id: [said.fingerprint for said in labels] for clip_id, labels in found.items()} == {
        clip.id: ["old", "x", "new"]
    }
