from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.types import Trace
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, HealthRecord, LabelRecord

Put = Callable[..., ClipRecord]


def health(clip: ClipRecord, contrast_db: float = 30.0) -> HealthRecord:
    codes = np.array([1, 2**32 - 1, 0], np.uint32)
    return HealthRecord(clip_id=clip.id, contrast_db=contrast_db, flatness=0.25, fingerprint=codes)


def label(clip: ClipRecord, *adv: float, made_at: float = 1.0, fingerprint: str = "f") -> LabelRecord:
    trace = Trace(np.zeros((1, 3), np.float32), 0.25, 1.0, 1.0)
    values = np.array(adv, np.float32)
    return LabelRecord(
        clip_id=clip.id, teacher="t", fingerprint=fingerprint, adv=values, trace=trace, speech_s=0.5, made_at=made_at
    )


def test_what_was_found_out_comes_back_oldest_clip_first(store: Store, put: Put) -> None:
    second, first = put(2), put(1)
    assert store.health.missing() == [first.id, second.id]
    for clip in (second, first):
        store.health.add(health(clip))
    found = store.health.records()
    assert [each.clip_id for each in found] == [first.id, second.id]
    assert (found[0].contrast_db, found[0].flatness) == (30.0, 0.25)
    np.testing.assert_array_equal(found[0].fingerprint, [1, 2**32 - 1, 0])
    assert store.health.missing() == []


def test_reading_again_replaces_and_a_deleted_clip_is_passed_over(store: Store, put: Put) -> None:
    clip, gone = put(1), put(2)
    store.clips.delete([gone.id])
    for contrast_db in (30.0, 20.0):
        store.health.add(health(clip, contrast_db))
        store.health.add(health(gone, contrast_db))
    assert [each.contrast_db for each in store.health.records()] == [20.0]


def test_facts_are_of_every_clip_with_the_newest_answer(store: Store, put: Put) -> None:
    read, bare, silent = put(1, corpus="c", speaker="s", peak=0.9), put(2, duration_s=2.5), put(3)
    store.labels.add(label(read, 0.1, 0.2, 0.3, made_at=2.0))
    store.labels.add(label(read, 0.7, 0.8, 0.9, made_at=1.0, fingerprint="older"))
    store.labels.add(label(silent, np.nan, np.nan, np.nan))
    store.health.add(health(read))
    facts = store.health.facts("t")
    assert list(facts.ids) == [read.id, bare.id, silent.id]
    assert (facts.corpora[0], facts.speakers[0], facts.peak[0], facts.duration_s[1]) == ("c", "s", 0.9, 2.5)
    np.testing.assert_allclose(facts.adv, [[0.1, 0.2, 0.3], [np.nan] * 3, [np.nan] * 3])
    assert (facts.labelled.tolist(), facts.read.tolist()) == ([True, False, True], [True, False, False])
    np.testing.assert_array_equal(facts.speech_s, [0.5, np.nan, 0.5])
    np.testing.assert_array_equal(facts.contrast_db, [30.0, np.nan, np.nan])


def test_an_empty_library_has_facts(store: Store) -> None:
    facts = store.health.facts("t")
    assert (len(facts.ids), facts.adv.shape, len(facts.peak)) == (0, (0, 3), 0)


def test_groups_of_one_sound_replace_those_known_before(store: Store, put: Put) -> None:
    clips = [put(number) for number in range(4)]
    for clip in clips:
        store.health.add(health(clip))
    ids = [clip.id for clip in clips]
    store.health.same([ids[:2]])
    assert list(store.health.facts("t").same_as) == [ids[0], ids[0], "", ""]
    store.health.same([ids[1:3]])
    assert list(store.health.facts("t").same_as) == ["", ids[1], ids[1], ""]


def test_the_version_changes_with_the_facts_and_only_then(store: Store, put: Put) -> None:
    clips = [put(1), put(2)]
    seen = [store.health.version()]

    def changed() -> None:
        assert store.health.version() not in seen
        seen.append(store.health.version())

    store.labels.add(label(clips[0], 0.1, 0.2, 0.3))
    changed()
    store.labels.add(label(clips[0], 0.4, 0.5, 0.6))
    changed()
    store.health.add(health(clips[0]))
    changed()
    store.health.same([[clips[0].id]])
    changed()
    store.jobs.add("import", {})
    assert store.health.version() == seen[-1]
    store.clips.delete([clips[1].id])
    changed()


def test_a_page_of_given_clips_is_in_their_order(store: Store, put: Put) -> None:
    clips = [put(number, corpus="even" if number % 2 == 0 else "odd") for number in range(6)]
    wanted = ClipFilter(ids=tuple(clips[number].id for number in (2, 5, 0)))
    assert store.clips.find(wanted) == [clips[2], clips[5], clips[0]]
    assert store.clips.find(wanted, limit=1, offset=1) == [clips[5]]
    assert store.clips.count(wanted) == 3
    both = replace(wanted, corpus="even")
    assert store.clips.find(both) == [clips[2], clips[0]]
    assert store.clips.count(both) == 2
    assert store.clips.find(ClipFilter(ids=())) == []
    assert store.clips.count(ClipFilter(ids=())) == 0
