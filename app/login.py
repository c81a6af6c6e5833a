"""A login for machines that several people share, where anybody on it reaches loopback: Gradio asks who comes in.

Gradio guards what it serves itself; `known` guards our own routes by the same cookie.
"""

from typing import Any

from fastapi import FastAPI, Request, WebSocketException
from fastapi.responses import JSONResponse
from starlette.requests import HTTPConnection
from starlette.routing import Mount
from starlette.websockets import WebSocket

REFUSAL = "Log in first: open the page, or send the cookie that POST /login gives for username and password."
LOCKED = 4401  # closes a WebSocket: a browser tells a page no more of it than a number


class UnknownError(Exception):
    """Somebody asks who has not logged in."""


def parsed(text: str) -> tuple[str, str]:
    """Name and password of NAME:PASSWORD.

    Raises:
        ValueError: one of them is missing.
    """
    name, _, password = text.partition(":")
    if not name.strip() or not password:
        raise ValueError("A login is NAME:PASSWORD, and neither is empty.")
    return name.strip(), password


async def known(asker: HTTPConnection) -> None:
    """A dependency of a route: whoever asks has logged in, or nobody has to.

    Raises:
        UnknownError: they have not; of a WebSocket, WebSocketException.
    """
    gradio = _gradio(asker.scope["app"])
    cookies = (asker.cookies.get(f"access-token-{way}{gradio.cookie_id}") for way in ("", "unsecure-"))
    if gradio.auth is not None and not any(token in gradio.tokens for token in cookies):
        if isinstance(asker, WebSocket):
            await asker.accept()  # else the page would not learn the number
            raise WebSocketException(LOCKED, "Log in first.")
        raise UnknownError


def refused(request: Request, error: Exception) -> JSONResponse:
    """The answer to them."""
    return JSONResponse({"error": REFUSAL}, 401)


def _gradio(app: FastAPI) -> Any:
    return next(route.app for route in app.routes if isinstance(route, Mount) and route.path == "")
