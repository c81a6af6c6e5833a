"""`etude teachers`, `etude fetch`, and a teacher from a folder asked by `etude predict`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from huggingface_hub import constants

from app.__main__ import main
from app.teachers import known
from engine.fetching import hub
from engine.onnx_model import ASSETS
from engine.types import AXES
from tests import checkpoints


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(hub.VARIABLE, str(tmp_path))
    return tmp_path


def etude(*words: str, answer: str = "") -> Result:
    result = CliRunner().invoke(main, list(words), input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_all_are_listed_and_which_are_not_here(root: Path) -> None:
    checkpoints.audeering(root)
    (root / "broken.onnx").write_bytes(b"")
    lines = {line.split()[0]: line for line in etude("teachers").stdout.splitlines()}
    assert list(lines) == known()
    assert {name for name, line in lines.items() if line.endswith("not here")} == {
        "odyssey", "vox_profile", "wav2small_teacher", "onnx:broken"
    }  # fmt: skip
    assert "661.4 MB" in lines["audeering"].replace(",", "") or "661" in lines["audeering"]
    rows = {row["name"]: row for row in json.loads(etude("teachers", "--json").stdout)}
    assert rows["odyssey"]["commercial"] and not rows["audeering"]["commercial"]
    assert rows["audeering"]["here"] and "contract" in rows["onnx:broken"]["trouble"]


def test_fetching_says_what_it_costs_and_asks_first() -> None:
    refused = etude("fetch", "audeering", answer="n\n")
    assert refused.exit_code == 1
    for words in ("661 MB", "CC BY-NC-SA 4.0", "6eba34a2485ea31cb03600241787c3a5edab8626", "may not be sold"):
        assert words in refused.stderr
    unpinned = etude("fetch", "vox_profile")
    assert unpinned.exit_code == 1 and "does not fetch it" in unpinned.stderr
    assert etude("fetch", "nobody").exit_code == 1


def test_nothing_is_fetched_twice(root: Path) -> None:
    checkpoints.audeering(root)
    assert etude("fetch", "audeering").stdout == "audeering is here already.\n"


def test_a_teacher_that_is_not_here_or_does_not_fit_is_a_sentence(root: Path, sample_files: list[Path]) -> None:
    told = etude("predict", str(sample_files[0]), "--teacher", "odyssey")
    assert told.exit_code == 1 and "etude fetch odyssey" in told.stderr
    checkpoints.odyssey(root)
    told = etude("predict", str(sample_files[0]), "--teacher", "odyssey")
    assert told.exit_code == 1 and "hidden_size" in told.stderr


def test_a_file_in_the_folder_answers(root: Path, sample_files: list[Path]) -> None:
    (root / "own.onnx").write_bytes((ASSETS / "wav2small.onnx").read_bytes())
    (root / "own.json").write_text(json.dumps({"licence": "MIT", "axes": [AXES[2], AXES[0], AXES[1]]}))
    own, student = (
        json.loads(etude("predict", str(sample_files[0]), *who, "--json").stdout)
        for who in (("--teacher", "onnx:own"), ("--student", "wav2small"))
    )
    assert own["model"] == "onnx:own"
    assert (own["valence"], own["arousal"]) == (student["arousal"], student["dominance"])
