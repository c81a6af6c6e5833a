from collections.abc import Callable

import numpy as np

from engine.types import Trace
from store.db import Store
from store.records import ClipRecord, LabelRecord

Put = Callable[..., ClipRecord]
ADV = np.array([0.25, 0.5, 0.75], np.float32)
NOBODY = np.full(3, np.nan, np.float32)


def label(store: Store, clip_id: str, adv: np.ndarray, teacher: str = "t") -> None:
    trace = Trace(adv[None], 0.25, 2.0, 2.0)
    store.labels.add(LabelRecord(clip_id=clip_id, teacher=teacher, fingerprint="f", adv=adv, trace=trace, speech_s=1.0))


def test_answers_come_back_the_newest_for_each_clip(store: Store, put: Put) -> None:
    one, two = put(1), put(2)
    store.answers.add("s", [(one.id, NOBODY), (two.id, ADV), ("f" * 32, ADV)])  # one was deleted meanwhile
    store.answers.add("s", [(one.id, ADV / 2)])
    store.answers.add("another", [(one.id, ADV)])
    ids, adv = store.answers.of("s")
    order = np.argsort(ids)
    assert [ids[place] for place in order] == [one.id, two.id]
    np.testing.assert_array_equal(adv[order], [ADV / 2, ADV])
    assert adv.dtype == np.float32
    assert [store.answers.count(student) for student in ("s", "another", "nobody")] == [2, 1, 0]
    store.clips.delete([one.id])
    assert store.answers.of("s")[0] == (two.id,)


def test_nothing_said_is_no_clips(store: Store) -> None:
    ids, adv = store.answers.of("s")
    assert (len(ids), adv.shape) == (0, (0, 3))


def test_missing_are_the_clips_with_speech_that_were_not_answered(store: Store, put: Put) -> None:
    answered, silent, other, unlabelled, new = (put(number) for number in range(5))
    for clip in (answered, new):
        label(store, clip.id, ADV)
    label(store, silent.id, NOBODY)
    label(store, other.id, ADV, "other")
    store.answers.add("s", [(answered.id, ADV)])
    assert store.answers.missing("s", "t") == [new.id]
    assert store.answers.missing("another", "t") == sorted([answered.id, new.id])
    assert unlabelled.id not in store.answers.missing("another", "t")
