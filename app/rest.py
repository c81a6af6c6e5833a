"""The API over plain HTTP, under /api: sound or JSON in, JSON out; a refusal is {"error": a sentence} and a 4xx."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from app import api, models, uploads
from app.uploads import TooLargeError
from store.db import Store

MAX_ORDER = 2**20  # bytes of JSON
PRIVATE = {"Cache-Control": "private, no-store"}


def add(app: APIRouter, store: Store, private: Path) -> None:
    """Put the routes on `app`; `private` is the folder for what is not kept."""

    @app.post("/api/predict")
    async def predict(request: Request) -> Response:
        try:
            asked = _asked(request, name="sound.wav", student="", teacher="")
            async with uploads.body(request, private, asked["name"]) as sound:
                models_asked = asked["student"], asked["teacher"]
                return JSONResponse(
                    await run_in_threadpool(api.predict, store, sound, asked["name"][:120], *models_asked)
                )
        except ValueError as error:
            return refused(error)

    @app.post("/api/label")
    def label(request: Request) -> Response:
        return _answered(lambda: api.label(store, _asked(request, teacher=models.TEACHER)["teacher"]))

    @app.post("/api/retrain")
    async def retrain(request: Request) -> Response:
        try:
            asked = _json(await uploads.limited(request, MAX_ORDER).body())
            return JSONResponse(await run_in_threadpool(api.retrain, store, asked))
        except ValueError as error:
            return refused(error)

    @app.get("/api/jobs/{job}")
    def status(job: str) -> Response:
        return _answered(lambda: api.status(store, _number(job)), 404)

    @app.post("/api/jobs/{job}/cancel")
    def cancel(job: str) -> Response:
        return _answered(lambda: api.cancel(store, _number(job)), 404)

    @app.get("/api/students")
    def students() -> Response:
        return _answered(lambda: api.students(store))

    @app.get("/api/students/{name}.zip")
    def download(name: str) -> Response:
        try:
            path = api.download(store, name, private)
        except ValueError as error:
            return refused(error, 404)
        done = BackgroundTask(path.unlink)
        return FileResponse(
            path, filename=f"{name}.zip", media_type="application/zip", headers=PRIVATE, background=done
        )

    @app.api_route("/api/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def nothing(request: Request, rest: str) -> Response:
        return refused(
            ValueError(f"There is no {request.method} /api/{rest[:80]}; the README lists what there is."), 404
        )


def refused(error: ValueError, status: int = 422) -> Response:
    """What can't be done, in a sentence."""
    return JSONResponse({"error": str(error)}, 413 if isinstance(error, TooLargeError) else status)


def _answered(ask: Callable[[], Any], otherwise: int = 422) -> Response:
    try:
        return JSONResponse(ask(), headers=PRIVATE)
    except ValueError as error:
        return refused(error, otherwise)


def _asked(request: Request, **known: str) -> dict[str, str]:
    """What the address asks for after its question mark; a misspelt name would be passed over in silence otherwise."""
    given = dict(request.query_params)
    if unknown := given.keys() - known.keys():
        raise ValueError(f"There is no {min(unknown)[:40]!r} to be given here; there are: {', '.join(known)}.")
    return known | given


def _json(sent: bytes) -> Any:
    try:
        return json.loads(sent or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError("What was sent is not JSON.") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity, which Python's JSON has and no other


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 20 else text
