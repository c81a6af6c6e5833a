import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from app.jobs import work
from app.labelling import local
from engine import plugins
from engine.labelling import listen
from engine.sound import audio
from store.db import Store
from tests.app.labelling.conftest import CLIPS
from tests.classroom import children


def end(steps: Iterator[work.Progress]) -> dict[str, Any]:
    """Run to the end: progress never goes back, ends at 1, and only the last step has a result."""
    *before, last = steps
    parts = [step.part for step in (*before, last)]
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert all(step.result is None for step in before)
    assert last.result is not None
    return last.result


@pytest.mark.parametrize("processes", [1, 2])
def test_a_teacher_answers_each_clip_once(store: Store, processes: int) -> None:
    asked = {"teacher": "loudness", "processes": processes}
    assert end(local.label(store, **asked)) == {"labelled": CLIPS, "already_labelled": 0, "failed": []}
    assert end(local.label(store, **asked)) == {"labelled": 0, "already_labelled": CLIPS, "failed": []}
    assert store.stats()["labels"] == {"loudness": CLIPS}


def test_two_processes_say_what_one_says(store: Store) -> None:
    end(local.label(store, "embedded", processes=2))
    spec, model = plugins.load("teachers", "embedded").SPEC, plugins.load("teachers", "embedded").load()
    assert store.labels.missing(spec.fingerprint) == []
    for clip in store.clips.find(limit=3):
        said, label = listen.answer(model, audio.read(store.clips.audio(clip.id))), store.labels.get(clip.id, spec.name)
        assert label is not None
        np.testing.assert_array_equal(label.adv, said.adv)
        np.testing.assert_array_equal(label.trace.values, said.trace.values)
        np.testing.assert_array_equal(label.embedding, said.embedding)
        assert label.speech_s == clip.speech_s == said.speech_s
        assert label.fingerprint == spec.fingerprint


def test_only_the_clips_asked_for_are_labelled(store: Store) -> None:
    first, second, *_ = (clip.id for clip in store.clips.find())
    assert end(local.label(store, "loudness", [first]))["labelled"] == 1
    assert end(local.label(store, "loudness", [first, second])) == {"labelled": 1, "already_labelled": 1, "failed": []}


@pytest.mark.parametrize("processes", [1, 2])
def test_a_clip_that_fails_does_not_stop_the_others(store: Store, processes: int) -> None:
    lost, damaged, *_, deleted = store.clips.find(limit=CLIPS)
    store.clips.audio(lost.id).unlink()
    store.clips.audio(damaged.id).write_bytes(b"no longer audio")
    job_id = store.jobs.add("label", {})
    steps = local.label(store, "loudness", None, job_id, processes)
    next(steps)
    store.clips.delete([deleted.id])
    *_, last = steps
    assert last.result is not None
    assert last.result["labelled"] == CLIPS - 3
    failed = {failure["path"] for failure in last.result["failed"]}
    assert failed == {lost.source, damaged.source} == {refusal.path for refusal in store.jobs.refusals(job_id)}
    assert all(failure["reason"].endswith(".") for failure in last.result["failed"])


@pytest.mark.parametrize("processes", [1, 2])
def test_work_that_is_dropped_halfway_keeps_what_is_done(store: Store, processes: int) -> None:
    before = children(os.getpid())  # others may have left one that tracks what they share
    with closing(local.label(store, "loudness", processes=processes)) as steps:
        for step in steps:
            if step.done == 5:
                break
    assert store.stats()["labels"] == {"loudness": 5}
    assert set(children(os.getpid())) <= set(before)
    assert end(local.label(store, "loudness"))["labelled"] == CLIPS - 5


def test_how_long_it_still_takes_is_said(store: Store) -> None:
    told = [step.message for step in local.label(store, "loudness") if local.TOLD <= step.done < CLIPS]
    assert told and all(message.endswith(" to go.") for message in told)


def test_an_unknown_teacher_is_told_with_the_known_ones(store: Store) -> None:
    with pytest.raises(ValueError, match=r"no teacher called 'nobody'.*loudness"):
        next(local.label(store, "nobody"))


def test_a_store_that_fails_stops_the_labelling(store: Store) -> None:
    steps = local.label(store, "loudness")
    next(steps)
    store._connections.execute("ALTER TABLE labels RENAME TO gone")
    with pytest.raises(sqlite3.Error):
        list(steps)
