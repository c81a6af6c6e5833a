"""Columns in memory beside the plain meaning of a filter, row by row."""

from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from engine.types import Trace
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord, DoubtRecord, LabelRecord

Put = Callable[..., ClipRecord]
TEACHER = "loudness"
made = count(1)


def label(store: Store, clip_id: str, adv: tuple[float, float, float], teacher: str = TEACHER) -> None:
    trace = Trace(np.zeros((1, 3), np.float32), 0.25, 2.0, 1.0)
    said = np.array(adv, np.float32)
    store.labels.add(
        LabelRecord(
            clip_id=clip_id, teacher=teacher, fingerprint="f", adv=said, trace=trace, speech_s=1.0, made_at=next(made)
        )
    )


def say(store: Store, clip_id: str, rater: str = "ada", verdict: str = "accept") -> CorrectionRecord:
    return store.corrections.add(CorrectionRecord(clip_id=clip_id, rater=rater, verdict=verdict))  # type: ignore[arg-type]


def found(store: Store, **asked: object) -> list[str]:
    """Names of the clips that match, in order; counted and paged they are the same."""
    where = ClipFilter(teacher=TEACHER, **asked)  # type: ignore[arg-type]
    names = [clip.name.removesuffix(".wav") for clip in store.clips.find(where, limit=-1)]
    assert store.clips.count(where) == len(names)
    assert [clip.name for clip in store.clips.find(where, 2, 1)] == [f"{name}.wav" for name in names[1:3]]
    return names


def test_each_condition_leaves_the_clips_that_meet_it(store: Store, put: Put) -> None:
    clips = [put(number, corpus="one" if number < 3 else "two", speaker=f"s{number % 2}") for number in range(6)]
    assert found(store, verdict="none") == ["5", "4", "3", "2", "1", "0"]
    for number, clip in enumerate(clips[:5]):
        label(store, clip.id, (number / 10, 0.5, 1 - number / 10))
    assert found(store, arousal=(0.1, 0.3)) == ["3", "2", "1"]
    assert found(store, arousal=(0.1, 0.3), valence=(0.85, 2.0)) == ["1"]
    assert found(store, arousal=(-9, 9), corpus="two", speaker="s1") == ["3"]
    assert found(store, arousal=(-9, 9), text="2.WAV") == ["2"]
    assert found(store, dominance=(0.6, 1.0)) == []
    say(store, clips[0].id, "ada", "reject")
    say(store, clips[0].id, "bob", "accept")
    undone = say(store, clips[1].id, "bob", "skip")
    assert found(store, verdict="reject") == found(store, verdict="accept") == ["0"]
    assert found(store, rater="bob") == ["1", "0"]
    assert found(store, rater="bob", verdict="none") == ["5", "4", "3", "2"]
    assert found(store, rater="bob", verdict="reject") == []
    store.corrections.undo(undone.id, "bob")
    assert found(store, rater="bob") == ["0"]
    assert found(store, verdict="none") == ["5", "4", "3", "2", "1"]
    doubts = [DoubtRecord(clip_id=clips[n].id, doubt=doubt, parts={}) for n, doubt in ((1, 0.9), (4, 0.5), (2, 0.5))]
    store.doubts.replace(doubts)
    assert found(store, order="doubt") == ["1", "4", "2", "5", "3", "0"]
    assert found(store, order="doubt", corpus="one", doubt=(0.4, 1.0)) == ["1", "2"]
    store.doubts.replace(doubts[1:])
    assert found(store, order="doubt", doubt=(0.4, 1.0)) == ["4", "2"]


def test_what_is_added_and_deleted_later_is_seen(store: Store, put: Put) -> None:
    say(store, f"{3:032x}")  # of a clip that was there once, and comes back
    first = put(1)
    assert found(store, order="doubt") == ["1"]
    put(2)
    put(3)
    assert found(store, order="doubt") == ["3", "2", "1"]
    assert found(store, verdict="accept") == ["3"]
    label(store, first.id, (0.1, 0.1, 0.1), "another")
    assert found(store, arousal=(0, 1)) == []
    label(store, first.id, (0.9, 0.9, 0.9))
    assert found(store, arousal=(0.5, 1)) == ["1"]
    label(store, first.id, (0.2, 0.2, 0.2))
    assert found(store, arousal=(0.5, 1)) == []
    store.clips.delete([f"{2:032x}", f"{3:032x}"])
    assert found(store, order="doubt") == ["1"]
    put(4)
    assert found(store, verdict="none") == ["4", "1"]


def test_another_connection_sees_the_same(store: Store, put: Put) -> None:
    put(1)
    with Store(store.folder) as other:
        assert found(other, order="doubt") == ["1"]
        say(store, f"{1:032x}", verdict="skip")
        assert found(other, verdict="skip") == ["1"]
        store.clips.delete([f"{1:032x}"])
        assert found(other, order="doubt") == []


def test_the_plane_counts_clips_by_cell(store: Store, put: Put) -> None:
    for number, (arousal, valence) in enumerate([(0.0, 0.99), (0.1, 0.9), (-3.0, 7.0), (0.6, 0.2), (np.nan, np.nan)]):
        label(store, put(number, corpus=f"{number}").id, (arousal, 0.5, valence))
    put(9)
    assert store.clips.plane(ClipFilter(teacher=TEACHER), 2).tolist() == [[0, 3], [1, 0]]
    assert store.clips.plane(ClipFilter(teacher=TEACHER, corpus="3"), 2).tolist() == [[0, 0], [1, 0]]


def test_axes_want_a_teacher(store: Store, put: Put) -> None:
    put(1)
    with pytest.raises(ValueError, match="Name the teacher"):
        store.clips.find(ClipFilter(arousal=(0, 1)))


def test_what_others_add_between_two_reads_is_counted_once(
    store: Store, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker writes in the middle of a look: the look is of the moment at which it began."""
    say(store, put(1).id)
    with Store(store.folder) as other:
        columns = other.clips._columns
        state = columns.state

        def disturbed() -> tuple[int, ...]:
            found = state()
            monkeypatch.setattr(columns, "state", state)
            put(2)
            say(store, f"{1:032x}", "bob")
            say(store, f"{2:032x}")
            return found

        monkeypatch.setattr(columns, "state", disturbed)
        assert columns.mask(ClipFilter(verdict="accept")).tolist() == [True]
        assert found(other, order="doubt") == found(other, verdict="accept") == ["2", "1"]
        assert columns.rated.tolist() == [2, 1]
