"""What is in the zip is the file that passed, and says so; half a zip is never to be seen."""

import hashlib
import json
import re
import shutil
import subprocess
import zipfile

import pytest

from engine.exporting import bundle, gate
from engine.onnx_model import ASSETS
from engine.types import AXES
from tests import gated

NAMES = ["student.onnx", "contract.json", "card.md", "predict.py", "student.h"]


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """A file, and what is stated of it."""
    file, held = gated.made(tmp_path_factory.mktemp("bundle"))
    report = gate.check(file, held)
    contract = {
        "name": "tiny", "title": "etude, tiny", "teacher": "loudness", "licence": "MIT */ and more", "axes": list(AXES),
        "sample_rate": 16_000, "window_s": 2.0, "hop_s": 0.25, "opset": 21, "sha256": report.sha256,
        "gate": report.plain(),
    }  # fmt: skip
    return file, contract


@pytest.fixture(scope="module")
def opened(left, tmp_path_factory):
    """The bundle, unzipped."""
    folder = tmp_path_factory.mktemp("opened")
    bundle.write(*left, folder / "tiny.zip")
    with zipfile.ZipFile(folder / "tiny.zip") as found:
        assert found.namelist() == NAMES
        found.extractall(folder)
    return folder


def test_the_file_is_the_one_that_passed(left, opened):
    assert (opened / "student.onnx").read_bytes() == left[0].read_bytes()


def test_the_contract_says_what_the_file_takes_and_gives(left, opened):
    said = json.loads((opened / "contract.json").read_text())
    assert said["sha256"] == hashlib.sha256((opened / "student.onnx").read_bytes()).hexdigest()
    assert (said["sample_rate"], said["axes"], said["opset"]) == (16_000, list(AXES), 21)
    assert (said["window_s"], said["hop_s"]) == (2.0, 0.25)
    assert said["scale"] == {"low": 0.0, "high": 1.0, "clipped": False}
    assert said["normalisation"]
    assert said["bytes"] == (opened / "student.onnx").stat().st_size
    assert said["gate"]["passed"] is True
    assert bundle.stated(left[1] | {"normalisation": "clip"})["normalisation"] == "clip"


def test_the_header_holds_the_same_bytes(opened):
    text, data = (opened / "student.h").read_text(), (opened / "student.onnx").read_bytes()
    rows = text.partition("{\n")[2].partition("\n}")[0]
    assert bytes(map(int, rows.replace("\n", "").rstrip(",").split(","))) == data
    assert f"etude_student_length = {len(data)};" in text
    assert "arousal, dominance, valence" in text
    assert hashlib.sha256(data).hexdigest() in text
    assert text.count("*/") == 1  # whatever a licence says, the comment ends where it should


@pytest.mark.skipif(not shutil.which("g++") or not shutil.which("gcc"), reason="no compiler")
@pytest.mark.parametrize("compiler", ["gcc -x c -std=c11", "g++ -x c++ -std=c++11"])
def test_a_compiler_takes_the_header(opened, tmp_path, compiler):
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "student.h"\n'
        "int main(void) { fwrite(etude_student, 1, etude_student_length, stdout); return (long)etude_student % 16; }\n"
    )
    words = [*compiler.split(), "-Wall", "-Werror", "-I", str(opened), "-o", str(tmp_path / "main")]
    subprocess.run([*words, str(tmp_path / "main.c")], check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True)
    assert done.returncode == 0  # aligned
    assert done.stdout == (opened / "student.onnx").read_bytes()


def test_predict_is_as_short_as_it_is_said_to_be():
    text = (ASSETS / "bundle" / "predict.py").read_text()
    code = [line for line in text.splitlines() if line.strip() and not line.startswith('"""')]
    assert len(code) <= 15
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) == {
        "json", "os", "sys", "wave", "pathlib", "numpy", "onnxruntime",
    }  # fmt: skip


def test_predict_tells_onnxruntime_to_send_nothing_before_it_is_imported():
    text = (ASSETS / "bundle" / "predict.py").read_text()
    assert 0 < text.index('os.environ["ORT_DISABLE_TELEMETRY"] = "1"') < text.index("import onnxruntime")


def test_the_same_student_gives_the_same_zip(left, opened, tmp_path):
    bundle.write(*left, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (opened / "tiny.zip").read_bytes()


def test_what_has_not_passed_stays_and_what_was_there_too(left, tmp_path):
    file, contract = left
    target = tmp_path / "tiny.zip"
    target.write_bytes(b"the last good one")
    for wrong, sentence in (
        ({"gate": {**contract["gate"], "passed": False}}, "has not passed the gate"),
        ({"gate": {}}, "has not passed the gate"),
        ({"sha256": "0" * 64}, "not that of fp32.onnx"),
    ):
        with pytest.raises(ValueError, match=sentence):
            bundle.write(file, contract | wrong, target)
    with pytest.raises(KeyError):
        bundle.write(file, {key: contract[key] for key in contract if key != "licence"}, target)
    assert target.read_bytes() == b"the last good one"
    assert list(tmp_path.iterdir()) == [target]
