import json
import zipfile
from pathlib import Path

import pytest

from app.students import graduates
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


def test_its_bundle_is_that_of_the_file_that_passed(graduated: Store, tmp_path: Path) -> None:
    report = graduates.report(graduated, "etude-1")
    assert report is not None
    assert report["gate"]["passed"] is True
    path = graduates.bundle_of(graduated, "etude-1", tmp_path)
    with zipfile.ZipFile(path) as bundle:
        assert bundle.read("student.onnx") == (graduated.folder / report["file"]).read_bytes()
        assert "CCC to the teacher | clips" in bundle.read("card.md").decode()
        assert json.loads(bundle.read("contract.json"))["gate"] == report["gate"]


def test_what_has_no_bundle_is_a_sentence_and_leaves_nothing(graduated: Store, tmp_path: Path) -> None:
    contract = graduated.folder / "students" / "etude-1.json"
    stated = json.loads(contract.read_text())
    contract.write_text(json.dumps({**stated, "gate": {"passed": False}}))
    with pytest.raises(ValueError, match="has not passed the gate; etude export etude-1"):
        graduates.bundle_of(graduated, "etude-1", tmp_path)
    with pytest.raises(ValueError, match="no student called 'nobody'"):
        graduates.bundle_of(graduated, "nobody", tmp_path)
    (graduated.folder / "students" / "etude-1.onnx").unlink()
    with pytest.raises(ValueError, match="no model file"):
        graduates.bundle_of(graduated, "etude-1", tmp_path)
    assert list(tmp_path.glob("*.zip")) == []


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
