"""Every verb of the command line, as a person or a script calls it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf
from click.testing import CliRunner, Result

from app.__main__ import main
from store.db import Store
from tests.sounds import noise

README = Path(__file__).parents[2] / "README.md"
MANY = 400  # files: more than are imported before the key is pressed
VERBS = sorted(main.commands)
Etude = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def etude(data: Path, monkeypatch: pytest.MonkeyPatch) -> Etude:
    """Call a verb; nothing but a sentence may come of what goes wrong."""
    monkeypatch.setenv("ETUDE_DATA", str(data))

    def etude(*words: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return etude


@pytest.fixture
def voices(tmp_path: Path, sample_files: list[Path]) -> Path:
    """Three clips, one of them twice, one without speech, and a file that is no sound."""
    folder = tmp_path / "voices"
    folder.mkdir()
    for path in sample_files[:2]:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "again.flac").write_bytes(sample_files[0].read_bytes())
    sf.write(folder / "noise.wav", noise(1), 16_000)
    (folder / "broken.wav").write_bytes(b"broken")
    return folder


def said(result: Result) -> Any:
    """What was printed as JSON, if nothing else was printed."""
    return json.loads(result.stdout)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_can_print_json(etude: Etude, verb: str) -> None:
    result = etude(verb, "--help")
    assert result.exit_code == 0
    below = getattr(main.commands[verb], "commands", {})  # a verb that does nothing by itself leaves it to these
    assert "--json" in result.stdout or all("--json" in etude(verb, each, "--help").stdout for each in below)
    assert below or "--json" in result.stdout
    assert len(main.commands[verb].help or "") > 20
    assert all(option.help for option in main.commands[verb].params if option.param_type_name == "option")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str) -> None:
    assert f"etude {verb}" in README.read_text()


def test_the_verbs_are_listed(etude: Etude) -> None:
    assert all(verb in etude("--help").stdout for verb in VERBS)
    assert etude("--version").stdout.startswith("etude")


def test_no_verb_means_serve(etude: Etude) -> None:
    for words in (["serve", "--host", "192.168.0.7"], ["--host", "192.168.0.7"]):
        result = etude(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "this machine only" in result.stderr


def test_importing_twice_changes_nothing(etude: Etude, voices: Path) -> None:
    first, second = etude("import", voices, "--json"), etude("import", voices, "--json")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (said(first)["added"], said(first)["already_there"]) == (3, 1)
    assert (said(second)["added"], said(second)["already_there"]) == (0, 4)
    for result in (first, second):
        (refused,) = said(result)["refused"]
        assert Path(refused["path"]).name == "broken.wav"
        assert refused["reason"].endswith(".")
    assert said(etude("stats", "--json"))["clips"] == 3


def test_an_import_says_what_it_did(etude: Etude, voices: Path) -> None:
    lines = etude("import", voices).stdout.splitlines()
    assert lines[0].startswith(f"refused: {voices / 'broken.wav'}: ")
    assert lines[1] == "3 added, 1 already there, 1 refused."


def test_a_teacher_answers_each_clip_once(etude: Etude, voices: Path) -> None:
    etude("import", voices)
    first, second = (said(etude("label", "--teacher", "loudness", "--json")) for _ in range(2))
    assert (first["labelled"], first["already_labelled"], first["failed"]) == (3, 0, [])
    assert (second["labelled"], second["already_labelled"], second["failed"]) == (0, 3, [])
    assert etude("label", "--teacher", "loudness").stdout == "0 labelled, 3 already labelled, 0 failed.\n"
    assert said(etude("stats", "--json"))["labels"] == {"loudness": 3}


def test_stats_of_nothing_and_of_something(etude: Etude, voices: Path, data: Path) -> None:
    empty = said(etude("stats", "--json"))
    assert (empty["clips"], empty["data"]) == (0, str(data))
    etude("import", voices)
    assert said(etude("stats", "--json")).keys() == empty.keys()
    shown = {line.split()[0]: line.split()[1] for line in etude("stats").stdout.splitlines()}
    assert shown.keys() == empty.keys()
    assert shown["clips"] == "3"


@pytest.mark.parametrize(("verb", "first"), [("teachers", "embedded"), ("students", "etude")])
def test_models_are_listed_with_size_and_licence_the_embedded_one_first(etude: Etude, verb: str, first: str) -> None:
    rows = said(etude(verb, "--json"))
    assert rows[0]["name"] == first
    for row in rows:
        assert row["licence"] not in ("", "not stated")
        assert row["window_s"] >= row["hop_s"] > 0
        assert row["bytes"] is None or row["bytes"] > 10_000
    lines = etude(verb).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [row["name"] for row in rows]
    assert all(row["licence"] in line for row, line in zip(rows, lines, strict=True))


UNKNOWN = [
    (["label", "--teacher", "nobody"], "There is no teacher called 'nobody'; there are: audeering, embedded"),
    (
        ["predict", "x.wav", "--teacher", "nobody"],
        "There is no teacher called 'nobody'; there are: audeering, embedded",
    ),
    (["predict", "x.wav", "--student", "nobody"], "There is no student called 'nobody'; there are: etude, wav2small"),
    (["predict", "x.wav", "--student", "lost.onnx"], "no model file lost.onnx"),
    (["import", "nowhere"], "nowhere"),
]


@pytest.mark.parametrize(("words", "sentence"), UNKNOWN, ids=[" ".join(words) for words, _ in UNKNOWN])
def test_what_is_unknown_is_answered_with_a_sentence(etude: Etude, words: list[str], sentence: str) -> None:
    told, as_json = etude(*words), etude(*words, "--json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert sentence in told.stderr
    assert as_json.exit_code == 1
    assert sentence in said(as_json)["error"]


def test_teacher_and_student_exclude_each_other(etude: Etude) -> None:
    result = etude("predict", "x.wav", "--teacher", "loudness", "--student", "wav2small")
    assert result.exit_code == 2
    assert "not both" in result.stderr


def test_a_data_folder_that_cannot_be_is_a_sentence(etude: Etude, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = etude("stats", "--data", tmp_path / "file" / "data")
    assert result.exit_code == 1
    assert "can't be written" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_keeps_what_is_done(data: Path, tmp_path: Path, as_json: bool) -> None:
    (tmp_path / "many").mkdir()
    for number in range(MANY):
        sf.write(tmp_path / "many" / f"{number:03}.wav", noise(1, seed=number), 16_000)
    words = ["import", str(tmp_path / "many"), "--data", str(data), *(["--json"] if as_json else [])]
    with Store(data) as store:
        command = [sys.executable, "-m", "app", *words]
        heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs do not
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, preexec_fn=heed, **pipes) as process:
            end = time.monotonic() + 60
            while store.clips.count() < 20:
                assert time.monotonic() < end, "nothing is imported"
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        done = store.clips.count()
        assert process.returncode == 1
        assert "Traceback" not in err
        assert "What was done is kept" in (json.loads(out)["error"] if as_json else err)
        assert 20 <= done < MANY
        assert store.clips.drop_orphans() <= 1  # the file that was just moved in, its row not yet written
        assert len(list((store.folder / "audio").glob("*/*"))) == done
        assert list((store.folder / "scratch").iterdir()) == []
    again = CliRunner().invoke(main, [*words, "--json"])
    assert json.loads(again.stdout) == {"added": MANY - done, "already_there": done, "refused": []}
