"""Who may ask: the guard alone, around a small application."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.guard import HEADERS, REFUSAL, Guard

HERE = "http://localhost:7860"


async def _answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("heard")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("heard")
    await socket.close()


@pytest.fixture(scope="module")
def client() -> TestClient:
    routes = [Route("/", _answer, methods=["GET", "POST", "DELETE"]), WebSocketRoute("/live", _socket)]
    return TestClient(Guard(Starlette(routes=routes)), base_url=HERE)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost"},
        {"origin": "file://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_another_sites_page_changes_nothing(client: TestClient, method: str, headers: dict[str, str]) -> None:
    answer = client.request(method, "/", headers=headers)
    assert (answer.status_code, answer.text) == (403, REFUSAL)


def test_another_sites_page_reads_nothing(client: TestClient) -> None:
    assert client.get("/", headers={"origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": HERE}, {"origin": HERE.upper()}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}],
)
def test_our_own_page_and_programs_are_answered(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/", headers=headers).text == "heard"


def test_a_link_from_elsewhere_opens_the_page(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).text == "heard"


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_foreign_websocket_is_closed_before_it_opens(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, client.websocket_connect("/live", headers=headers):
        pass
    assert closed.value.code == 1008


def test_our_own_websocket_opens(client: TestClient) -> None:
    with client.websocket_connect("/live", headers={"host": "localhost:7860", "origin": HERE}) as socket:
        assert socket.receive_text() == "heard"


@pytest.mark.parametrize("request_headers", [{}, {"origin": "http://evil.example"}])
def test_every_answer_carries_the_security_headers(client: TestClient, request_headers: dict[str, Any]) -> None:
    answer = client.get("/", headers=request_headers)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_names_no_foreign_origin() -> None:
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert "*" not in HEADERS["Content-Security-Policy"]
