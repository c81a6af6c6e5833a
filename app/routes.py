"""What the page fetches beside Gradio's own: scripts and styles, audio, and the door through which sound comes in."""

import os
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from app import graduates
from app.takes import ID, Takes
from engine.audio import SUFFIXES, AudioError
from store.db import Store

FRONT = Path(__file__).parent.parent / "assets" / "front"
PLOTLY = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
MAX_UPLOAD = 200 * 2**20  # bytes
TOO_LARGE = f"The file is larger than {MAX_UPLOAD // 2**20} MB, which is the limit; cut it into parts."
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the page asks for Plotly by its version


def add(app: FastAPI, store: Store, takes: Takes) -> None:
    """Put the routes on `app`; they must be there before Gradio's page, which answers to everything else."""

    @app.get("/front/plotly.min.js")
    def plotly() -> Response:
        return FileResponse(PLOTLY, media_type="text/javascript", headers=FOR_EVER)

    app.mount("/front", StaticFiles(directory=FRONT))

    @app.get("/audio/{clip_id}")
    def audio(clip_id: str) -> Response:
        path = _audio(store, takes, clip_id)
        if path is None:
            return Response("This sound is no longer here.", 404, media_type="text/plain")
        return FileResponse(path, media_type="audio/flac", headers={"Cache-Control": "private, no-store"})

    @app.get("/students/{name}.zip")
    def student(name: str) -> Response:
        try:
            path = graduates.bundle_of(store, name, takes.folder.parent)
        except ValueError as error:
            return Response(str(error), 404, media_type="text/plain")
        done = BackgroundTask(path.unlink)
        private = {"Cache-Control": "private, no-store"}
        return FileResponse(
            path, filename=f"{name}.zip", media_type="application/zip", headers=private, background=done
        )

    @app.post("/takes")
    async def take(request: Request, name: str = "recording.wav") -> Response:
        suffix = Path(name).suffix.lower()
        handle, sound = tempfile.mkstemp(suffix if suffix in SUFFIXES else "", dir=takes.folder.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                if not await _received(request, file.write):
                    return JSONResponse({"error": TOO_LARGE}, 413)
            added = await run_in_threadpool(takes.add, Path(sound), Path(name).stem[:120])
        except AudioError as error:
            return JSONResponse({"error": f"{name[:120]}: {error}"}, 422)
        finally:
            Path(sound).unlink()
        return JSONResponse({"id": added.id})


def _audio(store: Store, takes: Takes, clip_id: str) -> Path | None:
    if not ID.fullmatch(clip_id):
        return None
    kept, take = store.clips.audio(clip_id), takes.get(clip_id)
    return kept if kept.exists() else take.path if take else None


async def _received(request: Request, write: Callable[[bytes], object]) -> bool:
    """Whether the whole body came in, within the limit; a body that says it is too large is not even read."""
    if int(request.headers.get("content-length", 0)) > MAX_UPLOAD:
        return False
    received = 0
    async for piece in request.stream():
        received += len(piece)
        if received > MAX_UPLOAD:
            return False
        write(piece)
    return True
