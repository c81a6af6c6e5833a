"""The server: the page, its sounds and the worker behind one guarded door on this machine's loopback."""

import asyncio
import json
import logging
import os
import shutil
import socket
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from app import login, routes, uploads
from app.guard import HOSTS, Guard
from app.jobs.worker import Worker
from app.live.sessions import Sessions
from app.takes import Takes
from app.uploads import Uploads
from store.db import Store

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PRIVATE = "etude-"  # begins the name of the folder of what is not kept; the server's process id follows
GRADIO = "gradio"  # the folder, in the private one, of what Gradio writes, and of what is sent to it
FAREWELL_S = 2  # open pages hold a connection; they are cut off so long after the server is told to stop


def build(store: Store, private: Path, who: tuple[str, str] | None = None) -> FastAPI:
    """The application of one store.

    `private` is a folder for what is not kept, deleted when the server stops; `who` are name and password of a login.
    """
    _hush(private)
    import gradio as gr  # after the environment is set, which Gradio reads when it is imported

    from app import page
    from app.live import routes as live_routes

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            with Worker(store.folder):
                yield
        finally:
            sessions.close_all()
            # Here and not after the server's run, which a signal may end without coming back.
            shutil.rmtree(private, ignore_errors=True)

    takes, sent, sessions = Takes(private / "takes"), Uploads(private / GRADIO), Sessions(store, private / "live")
    app: FastAPI = FastAPI(title="Etude", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)
    app.add_middleware(Guard)
    routes.scripts(app)
    ours = APIRouter(dependencies=[Depends(login.known)])
    routes.add(ours, store, takes, sent)
    live_routes.add(ours, sessions)
    app.include_router(ours)
    app.add_exception_handler(login.UnknownError, login.refused)
    gr.mount_gradio_app(
        app,
        page.build(store, takes, sent, sessions),
        path="/",
        auth=who,
        show_error=False,
        enable_monitoring=False,
        run_history=False,
        ssr_mode=False,
        pwa=False,
        max_file_size=uploads.MAX_UPLOAD,
        **page.dress(),
    )
    return app


def serve(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    as_json: bool = False,
    who: str = "",
) -> None:
    """Serve the page of the library in `data` until the process is told to stop; `who` is NAME:PASSWORD of a login.

    Raises:
        ValueError: the host is not loopback, the port is taken, the login makes no sense, or the library cannot be
            opened.
    """
    asked = login.parsed(who) if who else None
    listening = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    _clear_up_after_the_dead()
    private = Path(tempfile.mkdtemp(prefix=f"{PRIVATE}{os.getpid()}-"))
    with listening, Store(data) as store:
        config = uvicorn.Config(
            build(store, private, asked),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=FAREWELL_S,
            ws="websockets-sansio",
            ws_per_message_deflate=False,  # to squeeze a hop takes longer than to send it
        )
        said = f"Etude is at {address} and keeps its data in {store.folder}; Ctrl-C stops it."
        print(json.dumps({"url": address, "data": str(store.folder)}) if as_json else said, flush=True)
        logging.getLogger("uvicorn.error").addFilter(_worth_telling)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    if host not in LOOPBACK:
        raise ValueError(f"Etude serves this machine only, so the host is one of {', '.join(LOOPBACK)}, not {host!r}.")
    # the protocol is named, or else asyncio leaves Nagle's delay on, and each answer waits for 40 ms
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise ValueError(f"Port {port} cannot be used ({error.strerror}); choose another with --port.") from error
    return listening


def _worth_telling(record: logging.LogRecord) -> bool:
    """Not that open pages are cut off when the server stops: that is how it ends."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "timeout graceful shutdown" not in record.getMessage()


def _hush(private: Path) -> None:
    # Nothing leaves the machine, and what Gradio writes goes where it is deleted.
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        GRADIO_TEMP_DIR=str(private / GRADIO),
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
    )


def _clear_up_after_the_dead() -> None:
    """Delete the private folders of servers that were killed before they could."""
    if os.name != "posix":  # elsewhere, asking whether a process lives is not free of side effects
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PRIVATE}*-*"):
        process = folder.name.removeprefix(PRIVATE).split("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
