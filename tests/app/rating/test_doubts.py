"""Doubts of a library of ten made-up voices, through the job and the verb that people use."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from app.__main__ import main
from app.jobs import foreground, work
from app.jobs.worker import start, steps, stop
from app.labelling import local
from app.models import TEACHER
from app.rating import asking, doubts
from app.students import keeping
from engine import plugins
from engine.types import Answer, Trace
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord

SPEC = plugins.load("teachers", TEACHER).SPEC


def teach(store: Store, clip: ClipRecord, adv: np.ndarray, embedding: np.ndarray | None = None) -> None:
    """A label as if the teacher had answered."""
    spoken = () if np.isnan(adv).any() else ((0.0, 1.0),)
    answer = Answer(TEACHER, adv.astype(np.float32), Trace(adv[None], 0.25, 2.0, 2.0), embedding, spoken, 2.0)
    store.labels.add(work.label_record(clip.id, SPEC, answer))


@pytest.fixture
def labelled(library: Store) -> Store:
    """Labels that follow from embeddings; the first clip's is wrong in valence, the second's is not there."""
    rng = np.random.default_rng(0)
    head = plugins.load("teachers", TEACHER).head()
    for number, clip in enumerate(library.clips.find(limit=-1)):
        embedding = np.abs(rng.normal(0, 0.1, len(head.weight))).astype(np.float32)
        adv = head.answer(embedding[None])[0]
        if number != 1:
            teach(library, clip, adv + np.array([0, 0, float(number == 0)]), embedding)
    return library


def find(store: Store) -> dict[str, object]:
    *_, last = doubts.find(store)
    assert last.result is not None
    return last.result


def first(store: Store) -> ClipRecord:
    return store.clips.find(ClipFilter(order="doubt"), 1)[0]


def test_the_wrong_label_comes_first_and_what_is_not_labelled_has_no_doubt(labelled: Store) -> None:
    wrong, unlabelled = labelled.clips.find(limit=2)
    result = find(labelled)
    count = labelled.clips.count()
    assert (result["clips"], result["answered"], result["failed"]) == (count - 1, count - 1, [])
    assert set(result["parts"]) == {"student", "neighbours", "dropout", "short", "quiet"}  # type: ignore[call-overload]
    found = labelled.doubts.get(wrong.id)
    assert found is not None
    assert first(labelled).id == wrong.id
    assert "neighbours:valence" in found.parts
    nothing = labelled.doubts.get(unlabelled.id)
    assert nothing is not None
    assert (nothing.doubt, nothing.parts) == (0.0, {})


def test_nothing_but_labels_is_enough_and_an_empty_library_too(labelled: Store, tmp_path: Path) -> None:
    with labelled._connections.writing():
        labelled._connections.execute("UPDATE labels SET embedding = NULL")
    labelled.answers.add(asking.fingerprint(labelled), [])
    assert "neighbours" not in find(labelled)["parts"]  # type: ignore[operator]
    assert (first(labelled).id, labelled.doubts.version()) == (labelled.clips.find(limit=1)[0].id, 1)
    with Store(tmp_path / "empty") as empty:
        assert find(empty) == {"clips": 0, "doubtful": 0, "parts": [], "answered": 0, "failed": []}


def test_the_student_is_asked_about_new_clips_only(labelled: Store) -> None:
    find(labelled)
    assert find(labelled)["answered"] == 0
    unlabelled = labelled.clips.find(limit=2)[1]
    teach(labelled, unlabelled, np.full(3, 0.5))
    assert find(labelled)["answered"] == 1


def test_another_teacher_is_a_second_opinion(labelled: Store) -> None:
    list(local.label(labelled, "loudness"))
    assert "teachers" in find(labelled)["parts"]  # type: ignore[operator]


def test_a_clip_that_can_not_be_heard_is_told_and_the_others_go_on(labelled: Store) -> None:
    clip = labelled.clips.find(limit=1)[0]
    labelled.clips.audio(clip.id).write_bytes(b"damaged")
    job_id = labelled.jobs.add(doubts.KIND, {})
    *_, last = doubts.find(labelled, job_id)
    assert last.result is not None
    assert [entry["path"] for entry in last.result["failed"]] == [clip.source]
    assert [refusal.path for refusal in labelled.jobs.refusals(job_id)] == [clip.source]
    assert first(labelled).id == clip.id


def test_it_is_queued_once_and_only_when_something_changed(labelled: Store) -> None:
    job_id = doubts.ask(labelled)
    assert job_id is not None
    assert doubts.ask(labelled) == job_id
    list(foreground.run(labelled, job_id))
    assert doubts.ask(labelled) is None
    teach(labelled, labelled.clips.find(limit=2)[1], np.full(3, 0.5))
    assert doubts.ask(labelled) == job_id + 1


@pytest.mark.parametrize(("kind", "arguments"), [("label", {"teacher": "loudness"}), ("health", {})])
def test_it_follows_labelling_and_a_look_at_the_sound(labelled: Store, kind: str, arguments: dict[str, str]) -> None:
    list(foreground.run(labelled, labelled.jobs.add(kind, arguments)))
    assert [job.state for job in labelled.jobs.list(5, doubts.KIND)] == ["queued"]


def test_without_a_label_there_is_nothing_to_find(library: Store) -> None:
    list(foreground.run(library, library.jobs.add("health", {})))
    assert library.jobs.list(5, doubts.KIND) == []


def test_it_follows_a_student_that_goes_live_and_is_asked_anew(graduated: Store) -> None:
    for clip in graduated.clips.find(limit=-1):
        teach(graduated, clip, np.full(3, 0.5))
    before = find(graduated)["answered"]
    keeping.make_live(graduated, "etude-1")
    (job,) = graduated.jobs.list(5, doubts.KIND)
    *_, last = foreground.run(graduated, job.id)
    assert last.result is not None
    assert (before, last.result["answered"]) == (graduated.clips.count(), graduated.clips.count())
    keeping.roll_back(graduated)
    (again, _) = graduated.jobs.list(5, doubts.KIND)
    *_, last = foreground.run(graduated, again.id)
    assert last.result is not None
    assert last.result["answered"] == 0


def until(true: Callable[[], bool], limit_s: float = 180) -> None:  # a slow machine is no failure
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def answered(store: Store) -> int:
    return len(store.answers.of(asking.fingerprint(store))[0])


@pytest.fixture
def slow(labelled: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A library whose answers are kept one by one, so that a test can see them come."""
    monkeypatch.setattr(asking, "BATCH", 1)
    return labelled


def test_cancelled_it_keeps_what_the_student_said_and_changes_no_doubt(slow: Store) -> None:
    job = slow.jobs.claim("test", slow.jobs.add(doubts.KIND, {}))
    assert job is not None
    running = steps(slow, job)
    for _ in range(5):
        next(running)
    running.close()  # as when the worker is told to end
    assert 0 < answered(slow) < slow.clips.count()
    assert (slow.jobs.get(job.id).state, slow.doubts.version()) == ("queued", 0)  # type: ignore[union-attr]
    job = slow.jobs.claim("test", job.id)
    assert job is not None
    assert slow.jobs.cancel(job.id)
    list(steps(slow, job))
    assert (slow.jobs.get(job.id).state, slow.doubts.version()) == ("cancelled", 0)  # type: ignore[union-attr]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills as on POSIX")
def test_a_worker_killed_in_it_is_followed_by_one_that_goes_on(labelled: Store) -> None:
    job_id = labelled.jobs.add(doubts.KIND, {})
    killed = start(labelled.folder)
    until(lambda: labelled.jobs.get(job_id).progress > 0)  # type: ignore[union-attr]
    os.kill(killed.pid or 0, signal.SIGKILL)
    killed.join()
    second = start(labelled.folder)
    until(lambda: labelled.jobs.get(job_id).finished_at is not None)  # type: ignore[union-attr]
    stop(second)
    assert labelled.jobs.get(job_id).state == "done"  # type: ignore[union-attr]
    assert (answered(labelled), labelled.doubts.version()) == (labelled.clips.count() - 1, 1)


def test_the_verb_tells_the_first_clips_and_why(labelled: Store) -> None:
    wrong = labelled.clips.find(limit=1)[0]
    told = CliRunner().invoke(main, ["doubt", "--data", str(labelled.folder)])
    assert told.exit_code == 0, told.output
    line = next(line for line in told.output.splitlines() if wrong.name in line)
    assert "The label and those of clips that sound alike are .50 or more apart on valence." in line
    said = json.loads(CliRunner().invoke(main, ["doubt", "--json", "--data", str(labelled.folder)]).stdout)
    assert (said["first"][0]["clip"], said["answered"]) == (wrong.id, 0)
    assert [each["doubt"] for each in said["first"]] == sorted((e["doubt"] for e in said["first"]), reverse=True)
