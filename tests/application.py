"""The whole application in this process, over an empty library."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from app import server
from store.db import Store
from tests import loop

ORIGIN = "http://127.0.0.1:7860"
SET = ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")  # by the server


async def built(store: Store, private: Path, who: tuple[str, str] | None) -> FastAPI:
    """Built where an event loop runs: elsewhere, Gradio makes one of its own and never closes it."""
    return server.build(store, private, who)


@contextmanager
def application(folder: Path, who: tuple[str, str] | None = None) -> Iterator[FastAPI]:
    """It, with its data and what is private in a folder, while the block lasts."""
    with pytest.MonkeyPatch.context() as patch, Store(folder / "data") as store:
        for name in SET:
            patch.setenv(name, "")
        (folder / "private").mkdir()
        yield loop.run(built(store, folder / "private", who))
