"""`etude listen` hears a file as it would a microphone."""

import json
from pathlib import Path

import pytest
import sounddevice
from click.testing import CliRunner

from app.__main__ import main
from engine.onnx_model import ASSETS
from engine.streaming.live import HOP, Live
from engine.streaming.streamed import Streamed
from engine.types import AXES, Floats
from tests.conftest import SAMPLES
from tests.sounds import noise, written


def test_a_line_each_tenth_of_a_second(samples: dict[str, Floats]) -> None:
    done = CliRunner().invoke(main, ["listen", "--json", str(SAMPLES[0])])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    live, sound = Live(Streamed(ASSETS / "etude.onnx")), samples[SAMPLES[0].stem]
    for start in range(0, len(sound), HOP):
        live.push(sound[start : start + HOP])
    assert [row["time_s"] for row in rows] == pytest.approx([point.t for point in live.line.points])
    assert [[row[axis] for axis in AXES] for row in rows] == [list(point[1:4]) for point in live.line.points]


def test_the_meter_shows_the_last_values() -> None:
    done = CliRunner().invoke(main, ["listen", str(SAMPLES[0]), "--seconds", "2"])
    assert done.exit_code == 0
    assert all(axis in done.stdout for axis in AXES)
    assert "2.0 s" in done.stdout


def test_where_nobody_speaks_there_is_no_value(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["listen", str(written(tmp_path / "noise.wav", noise(2)))])
    assert "2.0 s heard; speak." in done.stdout


def test_no_microphone_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounddevice, "query_devices", lambda: [])
    done = CliRunner().invoke(main, ["listen"])
    assert done.exit_code == 1
    assert "no microphone" in done.stderr
