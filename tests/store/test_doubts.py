from collections.abc import Callable

from store.db import Store
from store.records import ClipRecord, DoubtRecord


def test_new_doubts_take_the_place_of_all_earlier_ones(store: Store, put: Callable[..., ClipRecord]) -> None:
    one, two = put(1), put(2)
    doubt = DoubtRecord(clip_id=one.id, doubt=0.25, parts={"noisy": 0.5, "short": 0.125})
    before = store.doubts.version()
    store.doubts.replace([doubt, DoubtRecord(clip_id="f" * 32, doubt=1.0, parts={})])  # one was deleted meanwhile
    assert store.doubts.get(one.id) == doubt
    assert store.doubts.get(two.id) is None
    assert store.doubts.version() > before
    store.doubts.replace([DoubtRecord(clip_id=two.id, doubt=0.5, parts={})])
    assert list(store.doubts.for_clips([one.id, two.id])) == [two.id]
    store.clips.delete([two.id])
    assert store.doubts.get(two.id) is None
