"""The door through which the page lets labels out, and takes them in: a file each way, gone when it has been used."""

from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from app import rest, uploads
from app.library import labels_in, labels_out
from app.rating import doubts
from app.uploads import TooLargeError
from engine import formats, plugins
from engine.rating.ratings import Ratings
from engine.types import AXES
from store.db import Store

TOLD = 200  # refused lines that are listed
PRIVATE = {"Cache-Control": "private, no-store"}


def add(app: APIRouter, store: Store, private: Path) -> None:
    """Put the routes on `app`; files in the making lie in `private`."""

    @app.get("/labels/{form}")
    def out(form: str) -> Response:
        folder = Path(mkdtemp(dir=private))
        try:
            suffix = plugins.load(formats.KIND, form).SUFFIX or formats.ZIP
            path = folder / f"etude-labels-{form}{suffix}"
            labels_out.write(store, path, form)
        except (ValueError, AttributeError) as error:
            folder.rmdir()
            told = f"Labels can't be written as {form[:40]!r}." if isinstance(error, AttributeError) else str(error)
            return Response(told, 404, media_type="text/plain")
        return FileResponse(path, filename=path.name, headers=PRIVATE, background=BackgroundTask(_clear, path))

    @app.post("/labels")
    async def come(request: Request) -> Response:
        asked = dict(request.query_params)
        name = asked.get("name", "")[-120:]
        try:
            ratings = _ratings(asked)
            async with uploads.body(request, private, name) as path:
                taken = await run_in_threadpool(labels_in.take_in, store, path, asked.get("format", ""), ratings)
        except ValueError as error:
            return rest.refused(error if isinstance(error, TooLargeError) else ValueError(_named(str(error), name)))
        if taken.labels:
            await run_in_threadpool(doubts.ask, store)
        listed = {**asdict(taken), "refused": taken.refused[:TOLD], "refused_count": len(taken.refused)}
        return JSONResponse({**listed, "told": taken.told})


def _ratings(asked: dict[str, str]) -> Ratings | None:
    """How ratings from elsewhere are to be read, as the page asks; None: no scale is declared."""
    ends = [asked.get(name, "").strip() for name in ("low", "high")]
    if not any(ends):
        return None
    try:
        low, high = map(float, ends)
    except ValueError:
        raise ValueError("A scale goes from one number to another, such as 1 to 7.") from None
    columns: Any = tuple(asked.get(axis, "").strip() or axis for axis in AXES)
    return Ratings(low, high, columns, asked.get("clip", "").strip(), asked.get("rater", "").strip()[:120])


def _named(told: str, name: str) -> str:
    """The file is known to whoever sent it by its own name, and not by the one that it lies under here."""
    return told if not name or name in told else f"{name}: {told}"


def _clear(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
