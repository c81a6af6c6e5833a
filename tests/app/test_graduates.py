import json

from app import graduates
from engine.types import StudentSpec
from store.db import Store
from store.records import StudentRecord
from tests.classroom import KEPT

CLIPS = 8


def test_a_student_is_listed_with_its_agreement_and_the_ridges(graduated: Store) -> None:
    (row,) = graduates.listed(graduated)["students"]
    assert (row["name"], row["title"], row["teacher"]) == ("etude-1", "etude, size 4, seed 0", "loudness")
    assert (row["n"], row["speakers"]) == (CLIPS * KEPT, KEPT)
    assert all(len(row[key]) == 3 for key in ("ccc", "low", "high", "beside"))
    json.dumps(row, allow_nan=False)


def test_a_report_has_parts_and_pictures_that_json_can_hold(graduated: Store) -> None:
    report = graduates.report(graduated, "etude-1")
    assert report is not None
    assert report["parts"][-1]["by"] == "all"
    for picture in ("scatter", "bland_altman"):
        assert report[picture]["data"]
        assert report[picture]["layout"]
    assert len(json.dumps(report, allow_nan=False)) < 200_000


def test_without_its_answers_a_student_has_no_pictures(graduated: Store) -> None:
    (graduated.folder / "students" / "etude-1.npz").unlink()
    report = graduates.report(graduated, "etude-1")
    assert report is not None
    assert (report["scatter"], report["bland_altman"]) == (None, None)
    assert report["parts"]


def test_a_student_of_which_nothing_was_measured_is_listed_too(graduated: Store) -> None:
    bare = StudentRecord(
        name="bare", spec=StudentSpec("etude"), data_fingerprint="", file="students/bare.onnx", licence=""
    )
    graduated.students.add(bare)
    assert [row["name"] for row in graduates.listed(graduated)["students"]] == ["bare", "etude-1"]
    report = graduates.report(graduated, "bare")
    assert report is not None
    assert (report["ccc"], report["parts"]) == (None, [])
    assert graduates.report(graduated, "nobody") is None
