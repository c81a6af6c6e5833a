"""The API over plain HTTP: a real server, and httpx."""

import io
import json
import socket
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guard import REFUSAL
from app.models import EMBEDDED
from tests.app.conftest import Served
from tests.classroom import TINY

WAIT_S = 120


def post(served: Served, path: str, **what: Any) -> httpx.Response:
    return httpx.post(f"{served.url}/api/{path}", timeout=WAIT_S, **what)


def get(served: Served, path: str) -> httpx.Response:
    return httpx.get(f"{served.url}/api/{path}", timeout=WAIT_S)


def refusal(answer: httpx.Response) -> str:
    """The sentence of a refusal, which is all that it holds."""
    assert 400 <= answer.status_code < 500
    assert answer.json().keys() == {"error"}
    assert "Traceback" not in answer.text
    assert answer.json()["error"].endswith(".")
    return str(answer.json()["error"])


def ended(served: Served, job: int) -> dict[str, Any]:
    """A job's status once it has ended."""
    until = time.monotonic() + WAIT_S
    while (status := get(served, f"jobs/{job}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.1)
    return dict(status)


def test_the_answer_is_that_of_the_command_line_and_nothing_is_left(served: Served, sample_files: list[Path]) -> None:
    said = post(served, "predict?student=etude&name=calm.flac", content=sample_files[0].read_bytes())
    command = [sys.executable, "-m", "app", "predict", "--json", "--student", "etude", str(sample_files[0])]
    printed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert said.status_code == 200
    assert {**said.json(), "took_ms": 0} == {**printed, "file": "calm.flac", "took_ms": 0}
    assert served.left == []


def test_calls_at_once_are_all_answered(served: Served, sample_files: list[Path]) -> None:
    def ask(path: Path) -> float:
        return float(post(served, "predict?student=wav2small", content=path.read_bytes()).json()["arousal"])

    with ThreadPoolExecutor(6) as pool:
        at_once = list(pool.map(ask, sample_files[:3] * 2))
    assert at_once[:3] == at_once[3:] == [ask(path) for path in sample_files[:3]]
    assert served.left == []


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("student=nobody", "There is no student called 'nobody'; there are: etude, "),
        ("teacher=nobody", "There is no teacher called 'nobody'; there are: "),
        ("student=etude&teacher=embedded", "not both"),
        ("studnet=etude", "There is no 'studnet' to be given here; there are: name, student, teacher."),
    ],
)
def test_a_question_that_makes_no_sense(served: Served, sample_files: list[Path], query: str, why: str) -> None:
    assert why in refusal(post(served, f"predict?{query}", content=sample_files[0].read_bytes()))


@settings(max_examples=12)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_whatever_is_sent_is_answered(served: Served, sent: bytes, name: str) -> None:
    refusal(post(served, "predict", content=sent, params={"student": "etude", "name": name}))
    refusal(post(served, "retrain", content=b"[" + sent))
    assert served.left == []


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (b"[]", "asked for by a JSON object"),
        (b'{"options": {"passes": 0}}', "The number of passes must be from 1"),
        (b'{"options": {"rate": NaN}}', "What was sent is not JSON."),
        (b"[" * 100_000, "What was sent is not JSON."),
        (b'{"tempo": 1}', "can't be understood: tempo"),
    ],
)
def test_a_training_that_cannot_be(served: Served, order: bytes, why: str) -> None:
    assert why in refusal(post(served, "retrain", content=order))


def test_a_training_is_begun_seen_and_cancelled(served: Served) -> None:
    job = post(served, "retrain", json=TINY | {"options": TINY["options"] | {"passes": 5000}}).json()["job"]
    assert get(served, f"jobs/{job}").json()["state"] in ("queued", "running")
    assert post(served, f"jobs/{job}/cancel").json()["state"] == "cancelled"
    assert ended(served, job)["state"] == "cancelled"


def test_labelling_goes_to_its_end(served: Served) -> None:
    status = ended(served, post(served, "label?teacher=loudness").json()["job"])
    assert (status["state"], status["progress"], status["error"]) == ("done", 1.0, "")
    assert status["result"]["labelled"] + status["result"]["already_labelled"] == 80
    assert "no teacher called 'nobody'" in refusal(post(served, "label?teacher=nobody"))


def test_students_and_a_bundle(served: Served) -> None:
    names = [student["name"] for student in get(served, "students").json()]
    assert names[: len(EMBEDDED)] == list(EMBEDDED)
    bundle = get(served, f"students/{names[-1]}.zip")
    assert zipfile.ZipFile(io.BytesIO(bundle.content)).testzip() is None
    assert names[-1] in bundle.headers["content-disposition"]
    assert served.forgets()


@pytest.mark.parametrize(
    "path",
    [
        "jobs/0",
        "jobs/99999",
        "jobs/" + "9" * 5000,
        "jobs/x",
        "jobs/%D9%A3",
        "students/nobody.zip",
        "nothing",
        "predict",
    ],
)
def test_what_is_not_there(served: Served, path: str) -> None:
    answer = get(served, path)
    assert answer.status_code == 404
    assert refusal(answer).startswith("There is no ")


def test_another_sites_page_is_refused(served: Served, sample_files: list[Path]) -> None:
    evil = {"origin": "http://evil.example"}
    answer = post(served, "predict", content=sample_files[0].read_bytes(), headers=evil)
    assert (answer.status_code, answer.text) == (403, REFUSAL)


def test_a_sound_of_which_half_arrives_is_deleted(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), WAIT_S) as connection:
        head = f"POST /api/predict HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 100000\r\n\r\n"
        connection.sendall(head.encode() + bytes(50_000))
        until = time.monotonic() + WAIT_S
        while not served.left:
            assert time.monotonic() < until
    assert served.forgets()
