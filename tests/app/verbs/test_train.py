import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from app.training import trainings
from store.db import Store
from tests.classroom import KEPT

CLIPS = 8
WORDS = ("train", "--teacher", "loudness", "--size", "4", "--versions", "2")


def etude(store: Store, *words: str) -> Result:
    return CliRunner().invoke(main, [*WORDS, *words, "--data", str(store.folder)])


def test_too_little_is_a_sentence_also_as_json(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        told, as_json = etude(store), etude(store, "--json")
        assert (told.exit_code, told.stdout) == (1, "")
        assert "There is no clip to learn from" in told.stderr
        assert "There is no clip to learn from" in json.loads(as_json.stdout)["error"]
        assert {job.state for job in store.jobs.list()} == {"failed"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--student", "nobody"), "no student called 'nobody'; there are: "),
        (("--size", "0"), "The size must be from 1"),
        (("--preset", "soup"), "'soup' is not one of"),
    ],
)
def test_an_order_that_makes_no_sense_starts_nothing(tmp_path: Path, words: tuple[str, str], sentence: str) -> None:
    with Store(tmp_path) as store:
        assert sentence in etude(store, *words).stderr
        assert store.jobs.list() == []


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
def test_ctrl_c_keeps_what_is_done_and_the_same_command_makes_a_student_of_it(library: Store) -> None:
    command = [sys.executable, "-m", "app", *WORDS, "--passes", "3", "--data", str(library.folder)]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs do not
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, preexec_fn=heed, **pipes) as process:
        end = time.monotonic() + 120
        while not library.curves.get(1):
            assert time.monotonic() < end, "nothing is learnt"
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    job = library.jobs.get(1)
    assert job is not None
    if job.state == "done":
        pytest.skip("it was faster than the signal")
    assert (process.returncode, job.state) == (1, "queued")
    assert "What was done is kept" in err
    assert "Traceback" not in err
    assert trainings.folder(library, 1).exists()
    assert_it_makes_a_student(library)
    assert [(each.id, each.state) for each in library.jobs.list(9, "train")] == [(1, "done")]
    assert not trainings.folder(library, 1).exists()


def assert_it_makes_a_student(library: Store) -> None:
    result = etude(library, "--passes", "3")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "The student etude-1 is ready."
    assert lines[1].endswith(f"kB, {library.folder / 'students' / 'etude-1.onnx'}")
    assert lines[2].startswith(f"CCC to the teacher loudness on {CLIPS * KEPT} clips of {KEPT} speakers")
    assert [line.split()[0] for line in lines[3:]] == ["arousal", "dominance", "valence"]
    assert "etude-1" in CliRunner().invoke(main, ["students", "--data", str(library.folder)]).stdout
