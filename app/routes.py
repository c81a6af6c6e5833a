"""What the page fetches beside Gradio's own: scripts and styles, audio, and the door through which sound comes in."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from app import rest, uploads
from app.library import labels_routes
from app.students import graduates
from app.takes import ID, Takes
from app.uploads import TooLargeError, Uploads
from engine.sound.audio import AudioError
from store.db import Store

FRONT = Path(__file__).parent.parent / "assets" / "front"
PLOTLY = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}  # the page asks for Plotly by its version


def scripts(app: FastAPI) -> None:
    """Put scripts and styles on `app`: they hold nothing of anybody."""

    @app.get("/front/plotly.min.js")
    def plotly() -> Response:
        return FileResponse(PLOTLY, media_type="text/javascript", headers=FOR_EVER)

    app.mount("/front", StaticFiles(directory=FRONT))


def add(app: APIRouter, store: Store, takes: Takes, sent: Uploads) -> None:
    """Put the routes on `app`; they must be there before Gradio's page, which answers to everything else."""

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
        try:
            async with uploads.body(request, takes.folder.parent, name) as sound:
                added = await run_in_threadpool(takes.add, sound, Path(name).stem[:120])
        except AudioError as error:
            return rest.refused(ValueError(f"{name[:120]}: {error}"))
        except TooLargeError as error:
            return rest.refused(error)
        return JSONResponse({"id": added.id})

    @app.post("/gradio_api/upload")  # in the place of Gradio's own
    async def upload(request: Request) -> Response:
        try:
            return JSONResponse(await sent.add(request))
        except TooLargeError as error:
            return rest.refused(error)

    labels_routes.add(app, store, takes.folder.parent)
    rest.add(app, store, takes.folder.parent)


def _audio(store: Store, takes: Takes, clip_id: str) -> Path | None:
    if not ID.fullmatch(clip_id):
        return None
    kept, take = store.clips.audio(clip_id), takes.get(clip_id)
    return kept if kept.exists() else take.path if take else None
