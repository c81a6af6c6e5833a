"""Sound on its way in: a private file, within a limit, that is gone as soon as it has been used."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from engine import formats
from engine.sound.audio import SUFFIXES

MAX_UPLOAD = 200 * 2**20  # bytes
TOO_LARGE = f"The file is larger than {MAX_UPLOAD // 2**20} MB, which is the limit; cut it into parts."
KEPT_S = 600.0  # of what was sent and never asked about
NAME = re.compile(r"[0-9a-f]{32}(\.\w{1,5})?", re.ASCII)


class TooLargeError(ValueError):
    """More was sent than the limit."""


def limited(request: Request, most: int | None = None) -> Request:
    """The same request; to read it raises TooLargeError beyond the limit, announced or not."""
    most = MAX_UPLOAD if most is None else most
    announced, received = request.headers.get("content-length", "0"), 0

    async def receive() -> Message:
        nonlocal received
        if announced.isdecimal() and int(announced) > most:
            raise TooLargeError(TOO_LARGE)
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise TooLargeError(TOO_LARGE)
        return message

    return Request(request.scope, receive)


@asynccontextmanager
async def body(request: Request, folder: Path, name: str) -> AsyncIterator[Path]:
    """The body of a request as a file in `folder`, there while the block lasts.

    Raises:
        TooLargeError: it is beyond the limit.
    """
    with NamedTemporaryFile(dir=folder, suffix=_suffix(name), delete=False) as file:
        path = Path(file.name)
    try:
        with path.open("wb") as file:
            async for piece in limited(request).stream():
                file.write(piece)
        yield path
    finally:
        path.unlink()


class Uploads:
    """Files that gradio_client sends before it asks about them, each under a name of its own in one folder.

    Gradio's own way names them by what they hold, so that of two who send the same, one would delete the other's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def add(self, request: Request) -> list[str]:
        """Keep the files of a form's field `files`; gives their paths.

        Raises:
            TooLargeError: they are beyond the limit.
        """
        paths = []
        async with limited(request).form() as form:
            for sent in form.getlist("files"):
                if isinstance(sent, UploadFile):
                    path = self.folder / f"{uuid4().hex}{_suffix(sent.filename or '')}"
                    await run_in_threadpool(path.write_bytes, await sent.read())
                    asyncio.get_running_loop().call_later(KEPT_S, partial(path.unlink, missing_ok=True))
                    paths.append(str(path))
        return paths

    @contextmanager
    def taken(self, sent: Any) -> Iterator[tuple[Path, str]]:
        """A file that was sent, and what it is called; it is deleted when the block ends.

        Args:
            sent: what the client says of it; only the last part of its path is believed.

        Raises:
            ValueError: there is no such file.
        """
        told = sent if isinstance(sent, dict) else {}
        path = self.folder / Path(str(told.get("path", ""))).name
        if not NAME.fullmatch(path.name) or not path.is_file():
            raise ValueError("The sound has not arrived; send it with gradio_client's handle_file.")
        try:
            yield path, str(told.get("orig_name") or path.name)[:120]
        finally:
            path.unlink(missing_ok=True)


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if suffix in SUFFIXES | formats.SUFFIXES else ""
