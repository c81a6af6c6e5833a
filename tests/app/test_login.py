"""With a login, nothing of anybody is given to who has not logged in; without one, nobody is asked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, WebSocketDisconnect
from fastapi.testclient import TestClient

from app import login, server
from tests.application import ORIGIN, application

OURS = {"host": "127.0.0.1:7860", "origin": ORIGIN}
LINE = f"ws://127.0.0.1:7860/live/{'f' * 32}/hops"
WHO = ("ada", "a pass: word")
OPEN = ("/front/plotly.min.js",)  # the same for everybody


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with application(tmp_path_factory.mktemp("application"), WHO) as app:
        yield app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


def test_no_route_answers_a_stranger(app: FastAPI, client: TestClient) -> None:
    routes = [
        (path, method) for path, methods in app.openapi()["paths"].items() if path not in OPEN for method in methods
    ]
    assert {"/audio/{clip_id}", "/live/{session_id}.wav", "/api/predict", "/takes"} <= {path for path, _ in routes}
    for path, method in routes:
        answer = client.request(method.upper(), re.sub(r"{\w+}", "1", path))
        assert (answer.status_code, answer.json()) == (401, {"error": login.REFUSAL}), path
    assert client.get("/config").status_code == 401
    with client.websocket_connect(LINE, headers=OURS) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    assert closed.value.code == login.LOCKED


def test_who_logs_in_is_answered(client: TestClient) -> None:
    assert client.post("/login", data={"username": WHO[0], "password": "wrong"}).status_code == 400
    assert client.get("/api/students").status_code == 401
    assert client.post("/login", data={"username": WHO[0], "password": WHO[1]}).status_code == 200
    assert client.get("/api/students").status_code == 200
    with client.websocket_connect(LINE, headers=OURS) as socket:
        socket.send_json({})
        socket.send_bytes(b"")
        assert socket.receive_json() == {"gone": True}
    assert client.get("/config").status_code == 200


def test_a_made_up_cookie_is_none(app: FastAPI, client: TestClient) -> None:
    gradio = login._gradio(app)
    client.cookies.set(f"access-token-{gradio.cookie_id}", "made up")
    assert client.get("/api/students").status_code == 401


def test_a_login_has_two_parts() -> None:
    assert login.parsed("ada:a pass: word") == WHO
    for wrong in ("ada", "ada:", ":word", " :word"):
        with pytest.raises(ValueError, match="NAME:PASSWORD"):
            login.parsed(wrong)


def test_a_login_that_makes_no_sense_is_refused_before_anything_opens(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NAME:PASSWORD"):
        server.serve(tmp_path / "data", port=0, who="ada")
    assert not (tmp_path / "data").exists()
