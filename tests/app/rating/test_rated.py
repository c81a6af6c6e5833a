"""The live student's answers to what people rated."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.jobs import work, worker
from app.models import STUDENT, embedded_student
from app.rating import rated
from engine.labelling import listen
from engine.sound import audio
from store.db import Store
from tests.conftest import SAMPLES
from tests.rating import say

HALF = np.full(3, 0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        list(work.import_folder(store, SAMPLES[0].parent))
        yield store


def test_only_what_somebody_heard_and_decided_is_asked_about(store: Store) -> None:
    rated_one, skipped, bulk, *_ = (clip.id for clip in store.clips.find(limit=-1))
    say(store, rated_one, "ada", HALF)
    say(store, skipped, "ada", verdict="skip")
    say(store, bulk, "ada", HALF, "accept", shown="bulk")
    say(store, "f" * 32, "ada", HALF)  # a clip that was deleted
    assert rated.missing(store) == [rated_one]
    *_, last = rated.ask(store)
    assert last.result == {"answered": 1, "failed": []}
    assert rated.missing(store) == []
    samples = audio.read(store.clips.audio(rated_one))
    assert rated.answers(store)[rated_one] == pytest.approx(listen.answer(embedded_student(STUDENT).model, samples).adv)


def test_a_clip_that_can_not_be_heard_is_named(store: Store) -> None:
    clip = store.clips.find(limit=1)[0]
    store.clips.audio(clip.id).write_bytes(b"broken")
    say(store, clip.id, "ada", HALF)
    *_, last = rated.ask(store)
    assert last.result is not None
    assert [each["path"] for each in last.result["failed"]] == [clip.source]


def test_it_is_a_job_that_is_queued_once(store: Store) -> None:
    say(store, store.clips.find(limit=1)[0].id, "ada", HALF)
    number = rated.queue(store)
    assert rated.queue(store) == number
    job = store.jobs.claim("test", number)
    assert job is not None
    list(worker.steps(store, job))
    done = store.jobs.get(number)
    assert done is not None and (done.state, done.result["answered"]) == ("done", 1)
    assert rated.queue(store) != number
