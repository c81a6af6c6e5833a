"""The real application, most of it in this process, and once as a stranger starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile as sf
from fastapi.testclient import TestClient

from app import server, uploads
from app.guard import REFUSAL
from engine.sound.audio import read
from tests.application import ORIGIN, application

LIMIT = 2**20  # bytes, in place of 200 MB
STARTS_S = 120

Running = tuple[subprocess.Popen[str], str, Path]  # its address, and its folder for temporary files


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch, application(tmp_path_factory.mktemp("application")) as app:
        patch.setattr(uploads, "MAX_UPLOAD", LIMIT)
        yield TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


def wav(folder: Path, seconds: float = 1) -> bytes:
    sf.write(folder / "x.wav", np.random.default_rng(0).normal(0, 0.1, int(16_000 * seconds)), 16_000)
    return (folder / "x.wav").read_bytes()


def test_the_page_answers(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Etude" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.0.7:7860", "localhost.evil", ""])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    for path in ("/", "/config", "/front/listen/listen.js", "/audio/" + "0" * 32):
        assert client.get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST"])
def test_loopbacks_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/config", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/takes",
        "/gradio_api/queue/join",
        "/gradio_api/run/predict",
        "/gradio_api/upload",
        "/api/predict",
        "/api/jobs/1/cancel",
    ],
)
def test_another_sites_post_is_refused(client: TestClient, path: str) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = client.post(path, headers=headers, content=b"{}")
        assert (answer.status_code, answer.text) == (403, REFUSAL)


def test_a_sound_comes_in_and_can_be_heard_in_parts(client: TestClient, tmp_path: Path) -> None:
    sound = wav(tmp_path)
    answer = client.post("/takes", params={"name": "my voice.wav"}, content=sound)
    assert answer.status_code == 200
    whole = client.get(f"/audio/{answer.json()['id']}")
    (tmp_path / "heard.flac").write_bytes(whole.content)
    np.testing.assert_array_equal(read(tmp_path / "heard.flac"), read(tmp_path / "x.wav"))
    part = client.get(f"/audio/{answer.json()['id']}", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert whole.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "body"), [("x.wav", b""), ("x.wav", b"RIFF"), ("x.txt", b"words"), ("x.mp3", bytes(1000)), ("", b"\0")]
)
def test_what_is_no_sound_is_answered_with_a_sentence(client: TestClient, name: str, body: bytes) -> None:
    answer = client.post("/takes", params={"name": name}, content=body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(f"{name}: ")
    assert answer.json()["error"].endswith(".")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/takes", "/api/predict", "/api/retrain"])
def test_too_much_is_refused_whether_announced_or_not(client: TestClient, path: str) -> None:
    pieces = (bytes(LIMIT // 4) for _ in range(6))
    for answer in (client.post(path, content=bytes(LIMIT + 1)), client.post(path, content=pieces)):
        assert (answer.status_code, answer.json()) == (413, {"error": uploads.TOO_LARGE})


def test_gradios_own_door_has_the_limit_too(client: TestClient) -> None:
    answer = client.post("/gradio_api/upload", files={"files": ("x.wav", bytes(LIMIT + 1))})
    assert answer.status_code == 413


def test_what_came_in_leaves_no_file_but_the_take(client: TestClient, tmp_path: Path) -> None:
    private = Path(os.environ["GRADIO_TEMP_DIR"]).parent
    take = client.post("/takes", content=wav(tmp_path)).json()["id"]
    client.post("/takes", content=b"no sound")
    assert [path.name for path in private.iterdir() if path.is_file()] == []
    assert take in {path.stem for path in (private / "takes").iterdir()}


@pytest.mark.parametrize(
    "path",
    [
        "/front/%2e%2e/%2e%2e/pyproject.toml",
        "/front/..%2f..%2fpyproject.toml",
        "/audio/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/audio/%2e%2e",
        "/audio/" + "0" * 32,
        "/students/%2e%2e%2f%2e%2e%2fetc%2fpasswd.zip",
        "/students/nobody.zip",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../pyproject.toml",
        "/static/..%2f..%2f..%2fpyproject.toml",
    ],
)
def test_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 403, 404)
    assert "root:" not in answer.text
    assert "[project]" not in answer.text


def test_five_endpoints_are_offered_to_programs_and_no_other(client: TestClient) -> None:
    described = client.get("/gradio_api/info?all_endpoints=true").json()
    assert described["named_endpoints"].keys() == {"/predict", "/label", "/retrain", "/status", "/download"}
    assert described["unnamed_endpoints"] == {}
    for path in ("/docs", "/openapi.json", "/redoc", "/monitoring"):
        assert "swagger" not in client.get(path).text.lower()


def test_the_page_names_no_other_host(client: TestClient) -> None:
    config = client.get("/config").json()
    assert config["analytics_enabled"] is False
    for path in ("/front/base.css", "/front/listen/listen.js", "/theme.css"):
        assert "https://" not in client.get(path).text
    assert "googleapis" not in json.dumps(config)


def test_only_loopback_is_served(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "192.168.0.7", "evil.example", ""):
        with pytest.raises(ValueError, match="this machine only"):
            server.serve(tmp_path, host=host)


def test_small_answers_are_not_held_back() -> None:
    with server._listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP  # by which asyncio knows that it may switch Nagle's delay off


def test_a_busy_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=rf"Port {port} cannot be used .*choose another with --port"):
            server.serve(tmp_path, port=port)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server in a process of its own."""
    data, temporary = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("temporary")
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(data)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"], temporary
        process.kill()


def test_a_foreign_websocket_is_refused_at_the_door(running: Running) -> None:
    port = int(running[1].rsplit(":", 1)[1])
    request = (
        f"GET /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://evil.example\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), STARTS_S) as connection:
        connection.sendall(request.encode())
        assert connection.recv(64).startswith(b"HTTP/1.1 403")


def test_a_server_told_to_stop_leaves_no_sound_behind(running: Running, tmp_path: Path) -> None:
    process, url, temporary = running
    assert httpx.post(f"{url}/takes", content=wav(tmp_path), timeout=STARTS_S).status_code == 200
    (private,) = temporary.glob(f"{server.PRIVATE}{process.pid}-*")
    assert private.stat().st_mode & 0o777 == 0o700
    assert len(list(private.glob("takes/*.flac"))) == 1
    process.send_signal(signal.SIGTERM)
    process.wait(STARTS_S)
    assert not private.exists()


def test_what_a_killed_server_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    for name in (f"etude-{gone.pid}-a", f"etude-{os.getpid()}-b", "etude-notes", "other"):
        (tmp_path / name).mkdir()
    server._clear_up_after_the_dead()
    assert {path.name for path in tmp_path.iterdir()} == {f"etude-{os.getpid()}-b", "etude-notes", "other"}
