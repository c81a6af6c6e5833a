"""A session is downloaded as it was heard."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from fastapi import FastAPI, WebSocketDisconnect
from fastapi.testclient import TestClient

from app import models
from app.live import routes as live_routes
from app.live.sessions import Mark, Session, Sessions
from engine.types import Floats
from store.db import Store


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    with Store(tmp_path / "data") as store:
        sessions = Sessions(store, tmp_path / "live")
        yield sessions
        sessions.close_all()


@pytest.fixture
def client(sessions: Sessions) -> TestClient:
    app = FastAPI()
    live_routes.add(app, sessions)
    return TestClient(app)


@pytest.fixture
def pcm(voice: Floats) -> np.ndarray:
    return (np.concatenate([voice[:64_000], np.zeros(64_000, np.float32)]) * 32767).astype(np.int16)


@pytest.fixture
def session(sessions: Sessions, pcm: np.ndarray) -> Session:
    session = sessions.open("loudness", models.STUDENT, 2.0)
    session.hear(0, pcm)
    return session


def test_hops_are_heard_one_after_the_other(client: TestClient, sessions: Sessions, pcm: np.ndarray) -> None:
    session = sessions.open("loudness", models.STUDENT, 2.0)
    with client.websocket_connect(f"/live/{session.id}/hops") as socket:
        for number, student in ((0, "etude"), (16_000, "wav2small")):
            socket.send_json({"number": number, "student": student, "teacher": "loudness"})
            socket.send_bytes(pcm[number : number + 16_000].tobytes())
            told = socket.receive_json()
            assert told["heard"] == number + 16_000
            assert told["points"]
            assert told["models"]["student"]["name"] == student
        socket.send_json([])
        socket.send_bytes(b"odd")
        assert "16-bit" in socket.receive_json()["error"]
    np.testing.assert_array_equal(session.sound(0, 32_000), pcm[:32_000])


def test_who_has_no_session_is_told_so(client: TestClient) -> None:
    with client.websocket_connect(f"/live/{'f' * 32}/hops") as socket:
        socket.send_json({})
        socket.send_bytes(b"")
        assert socket.receive_json() == {"gone": True}


@pytest.mark.parametrize("wrong", ["no JSON", '{"number": 0}'])
def test_what_is_no_hop_closes_the_line(client: TestClient, session: Session, wrong: str) -> None:
    with client.websocket_connect(f"/live/{session.id}/hops") as socket:
        socket.send_text(wrong)
        socket.send_text("no samples")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1003


def test_the_wav_holds_every_sample(client: TestClient, session: Session, pcm: np.ndarray) -> None:
    answer = client.get(f"/live/{session.id}.wav")
    assert answer.headers["content-type"] == "audio/wav"
    heard, rate = sf.read(io.BytesIO(answer.content), dtype="int16")
    assert rate == 16_000
    np.testing.assert_array_equal(heard, pcm)


def test_the_csv_has_a_line_each_tenth_of_a_second(client: TestClient, session: Session) -> None:
    session.marks += [Mark(2.04, "loud, even"), Mark(0.0, "before")]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/live/{session.id}.csv").text)))
    by_time = {row["time"]: row for row in rows}
    assert by_time["2.0"]["mark"] == "loud, even"
    assert (by_time["0.0"]["mark"], by_time["0.0"]["student_arousal"]) == ("before", "")
    points = session.live.line.points
    assert sum(row["student_arousal"] != "" for row in rows) == len(points)
    assert float(by_time["3.0"]["student_valence"]) == pytest.approx(
        next(point.valence for point in points if point.t == 3.0), abs=1e-5
    )
    assert (by_time["3.0"]["speaking"], by_time["3.0"]["held"]) == ("1", "0")
    assert (by_time["7.0"]["speaking"], by_time["7.0"]["held"]) == ("0", "1")


@pytest.mark.parametrize("name", ["f" * 32 + ".wav", "f" * 32 + ".csv", "..%2f..%2fetc%2fpasswd.wav"])
def test_what_is_not_there_is_said(client: TestClient, session: Session, name: str) -> None:
    assert client.get(f"/live/{name}").status_code == 404
