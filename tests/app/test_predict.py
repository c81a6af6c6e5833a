"""`etude predict` over good files and bad ones, offline, without torch."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from app.predict import files, line
from engine.labelling import listen
from engine.sound import audio
from engine.teachers import loudness
from engine.types import AXES
from tests import damage
from tests.sounds import noise, silence

ANSWER = {"file", "model", *AXES, "speech_s", "duration_s", "took_ms"}
HEAVY = ("torch", "transformers", "gradio", "librosa", "sklearn")
OFFLINE = f"""
import sys
HEAVY = {HEAVY}
def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        print("ASKED THE NETWORK", event, args, file=sys.stderr)
        raise OSError("no network")
sys.addaudithook(refuse)
from app.__main__ import main
try:
    main(sys.argv[1:])
finally:
    for heavy in HEAVY:
        print(heavy, heavy in sys.modules, file=sys.stderr)
"""


def etude(*words: object, code: str = "") -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, the objects on standard output, and standard error, of a process of its own."""
    program = ["-c", code] if code else ["-m", "app"]
    command = [sys.executable, *program, "predict", "--json", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_each_of_200_damaged_files_is_answered(tmp_path: Path, sample_files: list[Path]) -> None:
    paths = [sample_files[0], *damage.make(tmp_path), tmp_path / "lost.wav", tmp_path, sample_files[1]]
    status, answers, errors = etude("--teacher", "loudness", *paths)
    assert len(paths) > 200
    assert status == 1
    assert "Traceback" not in errors  # what libmpg123 mutters of damaged MP3 is its own
    assert [answer["file"] for answer in answers] == [str(path) for path in paths]
    for answer in answers:
        name = Path(answer["file"]).name
        assert answer.keys() in (ANSWER, {"file", "error"}), name
        if name.startswith(("good", "bad")):
            assert ("error" in answer) == name.startswith("bad"), answer
        assert answer.get("error", "A sentence.").endswith(".")
    assert all("error" in answer for answer in answers[-3:-1])
    assert all(isinstance(answers[place]["arousal"], float) for place in (0, -1))


@pytest.mark.parametrize("words", [[], ["--student", "wav2small"], ["--teacher", "loudness"]], ids=" ".join)
def test_it_needs_neither_the_network_nor_torch(sample_files: list[Path], words: list[str]) -> None:
    status, answers, errors = etude(*words, *sample_files, code=OFFLINE)
    assert status == 0
    assert "ASKED" not in errors
    assert errors.split("\n") == [f"{heavy} False" for heavy in HEAVY] + [""]
    expected = words[1] if words else "embedded"
    assert [answer["model"] for answer in answers] == [expected] * len(sample_files)
    for answer in answers:
        assert answer.keys() == ANSWER
        assert all(-0.5 < answer[axis] < 1.5 for axis in AXES)
        assert 0 < answer["speech_s"] <= answer["duration_s"]


def test_where_nobody_speaks_nothing_is_stated(tmp_path: Path) -> None:
    sf.write(tmp_path / "noise.wav", noise(2), 16_000)
    (answer,) = files(loudness.load(), [tmp_path / "noise.wav"])
    assert [answer[axis] for axis in AXES] == [None] * 3
    assert (answer["speech_s"], answer["duration_s"]) == (0, 2)
    assert line(answer) == f"{tmp_path / 'noise.wav'}: no speech in 2.0 s"


def test_a_line_for_a_person(tmp_path: Path, sample_files: list[Path]) -> None:
    sf.write(tmp_path / "empty.wav", silence(1), 16_000)
    good, bad = files(loudness.load(), [sample_files[0], tmp_path / "empty.wav"])
    assert f"arousal {good['arousal']:.2f}  dominance {good['dominance']:.2f}" in line(good)
    assert f"{good['speech_s']:.1f} s of speech, loudness" in line(good)
    assert line(bad).startswith(f"{tmp_path / 'empty.wav'}: The sound is silent")


def test_the_numbers_are_those_of_the_engine(sample_files: list[Path]) -> None:
    (answer,) = files(loudness.load(), sample_files[:1])
    adv = listen.answer(loudness.load(), audio.read(sample_files[0])).adv
    np.testing.assert_allclose([answer[axis] for axis in AXES], adv, atol=1e-6)
