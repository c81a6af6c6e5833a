import json
import shutil
from pathlib import Path
from typing import Any

import onnx
import pytest
from click.testing import CliRunner, Result
from onnx import numpy_helper

from app.__main__ import main
from app.verbs import export
from engine import plugins
from engine.onnx_model import ASSETS
from engine.training.weights import SUFFIX
from engine.types import AXES


def etude(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded student as a float32 file."""
    folder = tmp_path_factory.mktemp("full")
    result = etude("export", "--scheme", "fp32", "--out", folder / "etude.onnx", "--data", folder / "data")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-2:] == ["Passed the gate.", f"Written: {folder / 'etude.onnx'}"]
    return folder / "etude.onnx"


@pytest.fixture(scope="module")
def spoilt(full: Path) -> Path:
    """The same, its valence turned round."""
    model = onnx.load(full)
    (last,) = [each for each in model.graph.initializer if list(each.dims) in ([3, 128], [128, 3])]
    weights = numpy_helper.to_array(last).copy()
    weights[..., 2] *= -1 if weights.shape[1] == 3 else 1
    weights[2] *= -1 if weights.shape[0] == 3 else 1
    last.CopyFrom(numpy_helper.from_array(weights, last.name))
    onnx.save(model, full.with_name("spoilt.onnx"))
    return full.with_name("spoilt.onnx")


def said(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_schemes_are_the_files_of_their_folder() -> None:
    rows = json.loads(etude("schemes", "--json").stdout)
    assert [row["name"] for row in rows] == plugins.names("schemes")
    assert all(row["title"] for row in rows)
    assert {need for row in rows for need in row["needs"]} <= {"clips", "student", "lessons"}
    lines = etude("schemes").stdout.splitlines()
    assert [line.split()[0] for line in lines] == plugins.names("schemes")


def test_a_strangers_file_is_held_to_the_teacher_alone(full: Path, tmp_path: Path) -> None:
    shutil.copy(full, tmp_path / "found.onnx")
    result = said(etude("check", tmp_path / "found.onnx", "--json"))
    assert (result["passed"], result["ccc_to_fp32"], result["drop"]) == (True, None, None)
    assert result["ccc_to_teacher"][0] > 0.4


def test_a_student_beside_its_weights_is_held_to_them(full: Path, tmp_path: Path) -> None:
    for source, name in ((full, "own.onnx"), (full.with_suffix(".json"), "own.json")):
        shutil.copy(source, tmp_path / name)
    shutil.copy(ASSETS / f"etude{SUFFIX}", tmp_path / f"own{SUFFIX}")
    assert said(etude("check", tmp_path / "own.onnx", "--json"))["ccc_to_fp32"] == pytest.approx([1, 1, 1], abs=1e-3)


def test_a_spoilt_axis_is_told_in_words_with_exit_status_1(full: Path, spoilt: Path) -> None:
    told, as_json = (etude("check", spoilt, "--fp32", full, *more) for more in ((), ("--json",)))
    assert (told.exit_code, as_json.exit_code) == (1, 1)
    assert "Did not pass the gate:" in told.stdout
    assert [line.split()[0] for line in told.stdout.splitlines() if "is asked" in line] == ["Valence"]
    result = said(as_json)
    assert result["passed"] is False
    assert result["of_fp32"] > 0
    assert "\n".join(result["reasons"]) in told.stdout


def test_recordings_of_ones_own_can_be_asked_about(full: Path, tmp_path: Path) -> None:
    for name in ("calm", "furious"):
        shutil.copy(ASSETS / "samples" / f"{name}.flac", tmp_path)
    result = said(etude("check", full, "--clips", tmp_path, "--teacher", "loudness", "--json"))
    assert (result["n"], result["measured_on"]) == (2, f"recordings in {tmp_path}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("check", "nothing.onnx"), "no model file nothing.onnx"),
        (("check", ASSETS / "etude.onnx", "--clips", "nowhere"), "no folder nowhere"),
        (("check", ASSETS / "etude.onnx", "--teacher", "nobody"), "no teacher called 'nobody'"),
        (("export", "nobody"), "no student called 'nobody'"),
        (("export", "--scheme", "soup"), "no scheme called 'soup'"),
        (("export", "--out", "a.txt"), "ends with .zip"),
    ],
)
def test_what_cannot_be_is_a_sentence(words: tuple[object, ...], sentence: str, tmp_path: Path) -> None:
    result = CliRunner(env={"ETUDE_DATA": str(tmp_path)}).invoke(main, [*map(str, words), "--json"])
    assert result.exit_code == 1
    assert sentence in said(result)["error"]


def test_a_report_is_a_few_lines() -> None:
    report = {
        "bytes": 49_493, "opset": 21, "onnxruntime": "1.19", "ms": None, "of_fp32": None, "n": 8,
        "measured_on": "clips", "memory_5s_bytes": None, "ccc_to_fp32": [0.99, None, 0.9], "largest_difference": None,
        "drop": None,
        "ccc_to_teacher": [0.5, 0.5, 0.5], "passed": False, "reasons": ["No."],
    }  # fmt: skip
    lines = export.lines(report)
    assert lines[0] == "49.5 kB, opset 21, onnxruntime 1.19 or newer"
    assert lines[1] == f"On 8 clips (so few tell little), {' / '.join(AXES)}:"
    assert lines[2].split(maxsplit=5)[-1] == "0.9900 / – / 0.9000"
    assert lines[-2:] == ["Did not pass the gate:", "No."]
