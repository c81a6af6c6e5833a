import json
import shutil
from dataclasses import replace
from typing import Any

import pytest

from app import models
from app.jobs import foreground
from app.students import comparisons, keeping
from app.students.comparison import CHANGED, compare
from app.training import lessons
from engine.types import AXES
from store.db import Store
from store.records import CorrectionRecord
from tests.classroom import KEPT

CLIPS = 8
NEW = "etude-1"


@pytest.fixture
def taught(graduated: Store) -> Store:
    """A store with one student, whom the comparison that its training asked for has not been made of."""
    for job in graduated.jobs.list(100, comparisons.KIND):
        graduated.jobs.cancel(job.id)
    return graduated


def found(store: Store, new: str = NEW, old: str = models.STUDENT) -> dict[str, Any]:
    *_, last = compare(store, (new, old))
    assert last.result is not None
    return last.result


def test_a_training_asks_for_the_comparison_of_its_student(graduated: Store) -> None:
    (job,) = graduated.jobs.list(100, comparisons.KIND)
    assert (job.state, job.arguments["student"], job.arguments["live"]) == ("queued", NEW, models.STUDENT)
    *_, last = foreground.run(graduated, job.id)
    assert last.result is not None
    shown = comparisons.newest(graduated)
    assert shown is not None
    assert comparisons.facts(shown)["found"]["advice"] == last.message


def test_all_that_is_told_of_two(taught: Store) -> None:
    kept = [lesson.clip_id for lesson in comparisons.kept(taught)]
    for number, clip_id in enumerate(kept[:5]):
        said = CorrectionRecord(clip_id=clip_id, rater="ada", adv=(number / 5, 0.5, 0.1 * number), verdict="correct")
        taught.corrections.add(said)
    told = found(taught)
    json.dumps(told, allow_nan=False)
    assert (told["all"]["n"], told["all"]["speakers"], told["to_people"]["n"]) == (CLIPS * KEPT, KEPT, 5)
    assert (told["to_teacher"]["n"], told["teacher"]) == (CLIPS * KEPT, "loudness")
    assert [part["n"] for part in told["speakers"]] == [CLIPS] * KEPT
    assert all(part["few"] for part in told["speakers"])
    assert [each["name"] for each in told["files"]] == [NEW, models.STUDENT]
    assert all(each["bytes"] > 1000 and each["ms"] > 0 for each in told["files"])
    assert len(told["changed"]) == CHANGED
    assert all(clip["id"] in kept and len(clip["new"]) == len(AXES) for clip in told["changed"])


def test_a_worse_student_is_advised_against(taught: Store) -> None:
    (record,) = taught.students.list()
    good = taught.folder / record.file
    bad = good.with_name("bad.onnx")
    shutil.copy(models.file(taught, "wav2small"), bad)  # which knows nothing of this teacher
    shutil.copy(models.file(taught, "wav2small").with_suffix(".json"), bad.with_suffix(".json"))
    taught.students.add(replace(record, id=0, name="bad", file="students/bad.onnx", metrics={"teacher": "loudness"}))
    told = found(taught, "bad", NEW)
    assert told["verdict"] == "worse"
    assert "keep the old one" in told["advice"]


def test_voices_that_either_was_taught_are_left_out(taught: Store) -> None:
    kept = comparisons.kept(taught)
    mine = replace(kept[0], part="train")
    (taught.folder / "students" / f"{NEW}.lessons.json").write_text(lessons.to_json([mine]))
    assert found(taught)["all"]["n"] == CLIPS * (KEPT - 1)
    every = [replace(lesson, part="train") for lesson in kept]
    (taught.folder / "students" / f"{NEW}.lessons.json").write_text(lessons.to_json(every))
    with pytest.raises(ValueError, match="no clip to compare on"):
        found(taught)


def test_the_same_is_not_asked_twice_and_other_data_are(taught: Store) -> None:
    first = comparisons.ask(taught, NEW)
    assert comparisons.ask(taught, NEW) == first
    assert comparisons.ask(taught, models.STUDENT) is None
    taught.clips.delete([comparisons.kept(taught)[0].clip_id])
    assert comparisons.ask(taught, NEW) != first
    with pytest.raises(ValueError, match="no student called 'nobody'"):
        comparisons.ask(taught, "nobody")


def test_who_is_chosen_is_live_and_goes_again(taught: Store) -> None:
    keeping.make_live(taught, NEW)
    assert models.live(taught) == NEW
    keeping.make_live(taught, models.STUDENT)
    assert models.live(taught) == models.STUDENT
    with pytest.raises(ValueError, match="trained here can be live"):
        keeping.make_live(taught, "wav2small")
    shutil.rmtree(taught.folder / "students")
    with pytest.raises(ValueError, match="no model file"):
        keeping.make_live(taught, NEW)
    assert models.live(taught) == models.STUDENT
