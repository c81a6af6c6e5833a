"""The verb `bits` on the student that ships: measured, told, drawn."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import main
from engine.exporting import sensitivity


def test_what_the_layers_of_the_embedded_student_can_bear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "CLIPS", 12)
    words = ["bits", "etude", "--data", str(tmp_path / "data"), "--json", "--out", str(tmp_path / "bits.html")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [row["name"] for row in found["layers"]][-1] == "out"
    assert sum(row["weights"] for row in found["layers"]) > 50_000
    for row in found["layers"]:
        assert row["bytes"][0] > row["bytes"][-1]
        assert min(row["ccc_to_fp32"][0]) > 0.99
    assert found["front"][0]["bytes"] > 2 * found["front"][-1]["bytes"]
    assert "Heatmap" in (tmp_path / "bits.html").read_text() or "heatmap" in (tmp_path / "bits.html").read_text()


def test_a_student_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["bits", "nobody", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no student called 'nobody'" in result.output
