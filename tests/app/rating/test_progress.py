"""Whether more corrections pay, told of students that were kept with their figures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.rating import progress
from app.students import keeping
from app.training import lessons
from app.training.lessons import Lesson
from engine.types import StudentSpec
from store.db import Store
from store.records import StudentRecord

LOW, HIGH = [0.1, 0.2, 0.3], [0.3, 0.4, 0.5]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        yield store


def known(shift: float = 0.0, speakers: int = 4) -> dict[str, Any]:
    """Agreement with people, each axis so much higher."""
    low, high = ([value + shift for value in ends] for ends in (LOW, HIGH))
    middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    ends = {"low": low, "high": high} if speakers > 1 else {"low": None, "high": None}
    return {"n": 20, "speakers": speakers, "ccc": middle, "teacher_ccc": [0.5, 0.5, 0.5], **ends}


def graduate(store: Store, name: str, corrections: int | None, measured: dict[str, Any] | None) -> None:
    metrics = {"to_people_known": measured} | ({} if corrections is None else {"corrections": corrections})
    file = f"{keeping.HOME}/{name}.onnx"
    spec = StudentSpec("etude")
    store.students.add(StudentRecord(name=name, spec=spec, data_fingerprint="", metrics=metrics, file=file, licence=""))


def test_a_point_a_student_fewest_corrections_first(store: Store) -> None:
    graduate(store, "late", 300, known(0.1))
    graduate(store, "blank", 10, None)
    graduate(store, "early", 100, known())
    found = progress.report(store)
    assert [(point["name"], point["corrections"], point["n"]) for point in found["points"]] == [
        ("early", 100, 20),
        ("late", 300, 20),
    ]
    assert found["points"][1]["low"] == pytest.approx([0.2, 0.3, 0.4])
    assert found["points"][0]["teacher_ccc"] == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(
    ("shifts", "told"),
    [
        ((0.1, 0.1, 0.1), "From 100 to 300 corrections the intervals overlap on all axes: it can't be told yet"),
        ((0.3, 0.3, 0.3), "From 100 to 300 corrections agreement with people rose on arousal, dominance and valence."),
        (
            (0.3, 0.1, -0.3),
            "From 100 to 300 corrections agreement with people rose on arousal and fell on valence; on dominance the "
            "intervals overlap.",
        ),
    ],
)
def test_it_is_only_told_where_intervals_leave_no_doubt(store: Store, shifts: tuple[float, ...], told: str) -> None:
    graduate(store, "early", 100, known())
    later = known()
    for key in ("low", "high", "ccc"):
        later[key] = [value + shift for value, shift in zip(later[key], shifts, strict=True)]
    graduate(store, "late", 300, later)
    assert progress.report(store)["sentence"].startswith(told)


def test_what_can_not_be_told_is_said(store: Store) -> None:
    assert "nothing to tell yet" in progress.report(store)["sentence"]
    graduate(store, "one", 100, known())
    assert "one point does not tell" in progress.report(store)["sentence"]
    graduate(store, "two", 200, known(speakers=1))
    assert "of one speaker there is no interval" in progress.report(store)["sentence"]


def test_corrections_of_an_earlier_student_are_counted_in_its_lessons(store: Store) -> None:
    graduate(store, "old", None, known())
    plain = ("c", "n", "", "", "", "", "")
    taught = [
        Lesson(*plain, "train", 1),
        Lesson(*plain, "train"),
        Lesson(*plain, "held", 2),
        Lesson(*plain, "train", 3),
    ]
    (store.folder / keeping.HOME).mkdir()
    (store.folder / keeping.HOME / f"old{keeping.LESSONS}").write_text(lessons.to_json(taught))
    assert progress.report(store)["points"][0]["corrections"] == 2
