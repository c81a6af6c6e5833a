"""Trainings for real, with the teacher without weights and a tiny student."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.jobs import work
from app.jobs.work import Progress
from app.training import lessons, stages, trainings
from app.training.school import CROPS, LESSONS
from app.training.train import train
from engine.teachers import loudness
from engine.teachers.loudness import Loudness
from engine.training.crops import Crops
from store.db import Store
from store.records import CorrectionRecord
from tests import classroom
from tests.classroom import CORPUS, KEPT, TAUGHT, TINY
from tests.sounds import noise, written

CLIPS = 8  # of each speaker
VERSIONS = TINY["reinforce"]["versions"]


def correct(store: Store, clip_id: str, *adv: float | None) -> None:
    store.corrections.add(CorrectionRecord(clip_id=clip_id, rater="ada", adv=adv, verdict="correct"))  # type: ignore[arg-type]


def until(steps: Any, part: float) -> Progress:
    """Go on to that part of the bar, and stop there as a cancelled worker does."""
    step = next(step for step in steps if step.part >= part)
    steps.close()
    return step


def crops_of(store: Store, home: Path) -> tuple[list[lessons.Lesson], Crops, Crops]:
    taught = lessons.from_json((home / LESSONS).read_text())
    return taught, Crops.open(home, "train"), Crops.open(home, "dev")


def answers(store: Store) -> np.ndarray:
    with np.load(store.folder / "students" / "etude-1.npz") as kept:
        return np.asarray(kept["said"])


def test_a_student_comes_of_the_library(graduated: Store) -> None:
    (job,) = graduated.jobs.list(9, trainings.KIND)
    (student,) = graduated.students.list()
    assert (job.state, job.progress, job.result["student"]) == ("done", 1, student.name)
    curve = graduated.curves.get(job.id)
    assert [point.passes for point in curve if point.arousal is not None] == [1, 2, 3]
    assert len(curve) > 3
    assert all(point.loss is not None for point in curve)
    assert list((graduated.folder / trainings.HOME).iterdir()) == []


def test_progress_never_goes_back_and_ends_with_the_result(library: Store) -> None:
    steps = list(train(library, classroom.order(passes=1), classroom.claimed(library).id))
    parts = [step.part for step in steps]
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert [step.result is not None for step in steps] == [False] * (len(steps) - 1) + [True]


def test_a_training_stopped_five_times_gives_the_student_of_one_that_never_was(library: Store, finished: Path) -> None:
    job = classroom.claimed(library)
    for part in (0.05, 0.2, 0.3, 0.7, 0.86):
        until(train(library, classroom.order(), job.id), part)
    list(train(library, classroom.order(), job.id))
    with Store(finished) as unbroken:
        np.testing.assert_array_equal(answers(library), answers(unbroken))
        ours, theirs = library.curves.get(job.id), unbroken.curves.get(1)
        assert [(p.passes, p.arousal) for p in ours] == [(p.passes, p.arousal) for p in theirs]


def test_the_teacher_is_asked_once_for_all_students(graduated: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise AssertionError("the teacher was asked again")

    monkeypatch.setattr(Loudness, "predict", silent)
    order = trainings.TrainOrder.of({**TINY, "spec": {"architecture": "etude", "size": 4, "seed": 1}})
    until(train(graduated, order, classroom.claimed(graduated).id), trainings.ANSWERED + 0.01)
    key = trainings.answered_as(loudness.SPEC, order.reinforce)
    assert graduated.reinforcements.count(key) == CLIPS * (TAUGHT + KEPT)


def test_what_is_taught_is_what_was_asked_and_what_people_said(library: Store) -> None:
    every = {part: [x.clip_id for x in lessons.lessons(library) if x.part == part] for part in ("train", "dev")}
    taught_id, kept_id = next(x for x in every["train"] if not lessons.held(x)), every["dev"][0]
    correct(library, taught_id, 0.9, 0.8, None)
    correct(library, kept_id, 0.9, 0.8, 0.7)
    job = classroom.claimed(library)
    until(train(library, classroom.order(), job.id), trainings.ANSWERED)
    taught, crops, kept = crops_of(library, trainings.folder(library, job.id))
    spoken = crops.group >= 0
    assert spoken.sum() == VERSIONS * CLIPS * TAUGHT
    assert (~spoken).sum() == 4
    assert len(kept) == CLIPS * KEPT
    ours = np.array([group >= 0 and taught[group].clip_id == taught_id for group in crops.group])
    assert ours.sum() == VERSIONS
    np.testing.assert_allclose(crops.adv[ours][:, :2], [[0.9, 0.8]] * VERSIONS, rtol=1e-6)
    assert not np.isnan(crops.adv[ours][:, 2]).any()
    assert set(crops.weight[ours]) == {lessons.CORRECTED}
    assert set(crops.weight[~ours]) == {1.0}
    (row,) = [row for row, group in enumerate(kept.group) if taught[group].clip_id == kept_id]
    said, _ = Loudness().predict(kept.clip(row)[None])
    np.testing.assert_allclose(kept.adv[row], said[0], atol=1e-6)  # it is chosen by the teacher alone


def test_what_is_taught_stays_what_it_was_at_the_beginning(library: Store) -> None:
    job = classroom.claimed(library)
    before = lessons.fingerprint(lessons.lessons(library))
    until(train(library, classroom.order(passes=1), job.id), trainings.LABELLED + 0.02)
    gone = [clip.id for clip in library.clips.find(limit=3)]  # the newest: not answered yet
    library.clips.delete(gone)
    *_, last = train(library, classroom.order(passes=1), job.id)
    (student,) = library.students.list()
    assert student.data_fingerprint == before
    assert last.result is not None


def test_a_clip_that_cannot_be_heard_is_refused_and_the_others_go_on(library: Store) -> None:
    broken, silent = library.clips.find(limit=2)
    library.clips.audio(broken.id).write_bytes(b"no longer audio")
    written(library.clips.audio(silent.id), noise(1), form="FLAC")
    job = classroom.claimed(library)
    until(train(library, classroom.order(), job.id), trainings.ANSWERED)
    assert [refusal.path for refusal in library.jobs.refusals(job.id)] == [broken.source]  # once, in both stages
    taught, crops, kept = crops_of(library, trainings.folder(library, job.id))
    heard = {taught[group].clip_id for group in (*crops.group, *kept.group) if group >= 0}
    assert len(heard) == library.clips.count() - 2


def test_too_little_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with Store(tmp_path / "data") as store:
        job = classroom.claimed(store)
        with pytest.raises(ValueError, match="no clip to learn from"):
            list(train(store, classroom.order(), job.id))
        classroom.fill(store, tmp_path / CORPUS, speakers=2, clips=2)  # the first speaker is kept, the second taught
        with pytest.raises(ValueError, match="too little to learn from"):
            list(train(store, classroom.order(), job.id))
        home = trainings.folder(store, job.id)
        assert not any((home / name).exists() for name in (LESSONS, CROPS))  # resumed, it looks anew


def test_each_stage_takes_its_time_and_the_log_says_what_went_on(graduated: Store) -> None:
    (job,) = graduated.jobs.list(9, trainings.KIND)
    found = {each.name: each for each in graduated.journal.stages(job.id)}
    assert list(found) == list(stages.TITLES)
    assert sum(each.seconds for each in found.values()) == pytest.approx(job.finished_at - job.started_at, rel=0.3)  # type: ignore[operator]
    assert found["distil"].left_s is not None
    lines = [each.line for each in graduated.journal.log(job.id)]
    assert f"{TAUGHT * CLIPS} clips of {TAUGHT} voices to learn from" in lines[1]
    assert lines[1].endswith(f"under CC0-1.0 ({(TAUGHT + KEPT) * CLIPS}).")
    assert sum(line.startswith("Pass ") for line in lines) == TINY["options"]["passes"]


def test_clips_that_the_teacher_had_not_labelled_are_labelled(graduated: Store) -> None:
    assert graduated.labels.missing(loudness.SPEC.fingerprint) == []


def test_a_disk_that_is_too_small_is_a_sentence_before_it_is_full(
    library: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=work.ROOM_BYTES + 1000))
    with pytest.raises(ValueError, match="make room and start again"):
        list(train(library, classroom.order(), classroom.claimed(library).id))
    assert library.reinforcements.count(trainings.answered_as(loudness.SPEC, classroom.order().reinforce)) == 0


def test_a_teacher_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="no teacher called 'nobody'"):
        trainings.TrainOrder.of({**TINY, "teacher": "nobody"})


def test_crops_that_are_there_are_not_made_again(library: Store) -> None:
    job = classroom.claimed(library)
    until(train(library, classroom.order(), job.id), trainings.ANSWERED)
    made = (trainings.folder(library, job.id) / CROPS).stat().st_mtime_ns
    until(train(library, classroom.order(), job.id), 0.3)
    assert (trainings.folder(library, job.id) / CROPS).stat().st_mtime_ns == made


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_training_outlives_its_other_process(library: Store) -> None:
    job, killed = classroom.claimed(library), False
    for step in train(library, classroom.order(processes=2), job.id):
        if step.part > 0.5 and not killed:
            (other,) = classroom.helpers(trainings.folder(library, job.id))
            os.kill(other, signal.SIGKILL)
            killed = True
    assert killed
    assert step.result is not None
    assert library.curves.get(job.id)[-1].passes == 3


def test_a_training_begins_with_what_another_student_knows(graduated: Store) -> None:
    (first,) = graduated.students.list()
    order = trainings.TrainOrder.of(
        {**TINY, "options": {**TINY["options"], "passes": 1, "rate": 1e-9}, "start": first.name}
    )
    list(train(graduated, order, classroom.claimed(graduated).id))
    second = graduated.students.list()[0]
    assert second.metrics["to_teacher"][-1]["ccc"] == pytest.approx(first.metrics["to_teacher"][-1]["ccc"], abs=0.03)


def test_weights_of_another_shape_are_refused_in_words(library: Store) -> None:
    order = trainings.TrainOrder.of({**TINY, "start": "wav2small"})
    with pytest.raises(
        ValueError, match="wav2small is a student wav2small of size 13, so one of etude of size 4 can't"
    ):
        list(train(library, order, classroom.claimed(library).id))
