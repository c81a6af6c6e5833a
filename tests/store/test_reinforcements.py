from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from store.db import Store
from store.records import ClipRecord

Put = Callable[..., ClipRecord]
floats32 = st.floats(width=32, allow_nan=False)
ADV = np.array([0.1, 0.2, 0.3], np.float32)


@given(
    st.integers(0, 2**32 - 1),
    arrays(np.float32, 3, elements=floats32),
    st.none() | arrays(np.float32, 5, elements=floats32),
)
def test_an_answer_comes_back_bit_for_bit(
    shelf: Store, seed: int, adv: np.ndarray, embedding: np.ndarray | None
) -> None:
    clip = ClipRecord(id="c" * 32, name="c", duration_s=1.0, peak=0.5, rms=0.1)
    with shelf.scratch() as file:
        file.write_bytes(b"sound")
        shelf.clips.add(clip, file)
    shelf.reinforcements.add(clip.id, "f", {seed: (adv, embedding)})
    ((kept_adv, kept_embedding),) = shelf.reinforcements.get(clip.id, "f", [seed]).values()
    np.testing.assert_array_equal(kept_adv, adv)
    assert (kept_embedding is None) == (embedding is None)
    if embedding is not None:
        np.testing.assert_array_equal(kept_embedding, embedding)


def test_only_the_seeds_asked_for_of_that_fingerprint_are_given(store: Store, put: Put) -> None:
    one, other = put(1), put(2)
    store.reinforcements.add(one.id, "f", {0: (ADV, None), 1: (ADV, None), 2: (ADV, ADV)})
    store.reinforcements.add(one.id, "g", {3: (ADV, None)})
    assert sorted(store.reinforcements.get(one.id, "f", [0, 2, 3, 9])) == [0, 2]
    assert store.reinforcements.get(other.id, "f", [0]) == {}
    assert store.reinforcements.get(one.id, "f", []) == {}


def test_clips_are_counted_once_each(store: Store, put: Put) -> None:
    for number in (1, 2):
        store.reinforcements.add(put(number).id, "f", {0: (ADV, None), 1: (ADV, None)})
    assert [store.reinforcements.count(key) for key in ("f", "g")] == [2, 0]


def test_answering_again_replaces_and_they_go_with_their_clip(store: Store, put: Put) -> None:
    clip = put(1)
    store.reinforcements.add(clip.id, "f", {0: (ADV, None)})
    store.reinforcements.add(clip.id, "f", {0: (ADV + 1, None)})
    np.testing.assert_array_equal(store.reinforcements.get(clip.id, "f", [0])[0][0], ADV + 1)
    store.clips.delete([clip.id])
    assert store.reinforcements.count("f") == 0
    with pytest.raises(ValueError, match="not in the library"):
        store.reinforcements.add(clip.id, "f", {0: (ADV, None)})
