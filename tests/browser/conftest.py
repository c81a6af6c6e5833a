"""A real server in a process of its own, and one headless Chromium whose microphone hears a file.

Each page notes what it asked for: at the end no request has left the origin, and no script has failed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from engine.sound.audio import read
from store.db import Store
from tests.browser import rating

SAMPLES = Path(__file__).parent.parent.parent / "assets" / "samples"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
OURS = ("data:", "blob:", "about:")
WAIT_MS = 60_000  # a slow machine is no failure
WORK_MS = 3 * WAIT_MS  # for what the worker does, which gives way to everything else
expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True)
class Server:
    """Where a server is, its store, and its folder for temporary files."""

    url: str
    store: Store
    temporary: Path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data, temporary = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("temporary")
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(temporary)}
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with Store(data) as store:
            yield Server(url, store, temporary)
        process.terminate()


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears, over and over: a sample clip."""
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    sf.write(path, read(next(iter(sorted(SAMPLES.glob("*.flac"))))), 16_000)
    return path


@pytest.fixture(scope="session")
def context(spoken: Path) -> Iterator[BrowserContext]:
    """One for all pages, so that scripts are fetched and compiled once."""
    with sync_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={spoken}"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["microphone"])
        context.set_default_timeout(WAIT_MS)
        yield context
        browser.close()


@dataclass
class Opener:
    """Opens pages, and notes what they ask for and what fails in them."""

    context: BrowserContext
    url: str
    asked: list[str]
    failed: list[str]

    def __call__(self, dark: bool = False) -> Page:
        page = self.context.new_page()
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url.replace("ws", "http", 1)))
        page.on("pageerror", lambda error: self.failed.append(str(error)))
        page.on("console", lambda line: self.failed.append(line.text) if line.type == "error" else None)
        page.goto(self.url)
        drawn(page, "#listen")
        return page


@pytest.fixture
def opened(context: BrowserContext, server: Server) -> Iterator[Opener]:
    opener = Opener(context, server.url, [], [])
    yield opener
    for page in context.pages:
        page.evaluate("localStorage.clear()")
        page.close()
    assert [url for url in opener.asked if not url.startswith((server.url + "/", *OURS))] == []
    assert opener.failed == []


@pytest.fixture
def page(opened: Opener) -> Page:
    """The page, once its first traces are drawn."""
    return opened()


@pytest.fixture
def emptied(server: Server) -> Iterator[None]:
    """An empty library, for whoever comes next."""
    yield
    for job in server.store.jobs.list():
        server.store.jobs.cancel(job.id)
    server.store.clips.delete([clip.id for clip in server.store.clips.find(limit=10_000)])


@pytest.fixture  # asked for before a page, so that no page is left whose clips are gone
def clips(server: Server, tmp_path: Path) -> Iterator[list[str]]:
    """The samples, to be rated, in the order of their doubt; and nothing of anybody's rating afterwards."""
    yield rating.fill(server.store, tmp_path)
    for job in server.store.jobs.list():
        server.store.jobs.cancel(job.id)
    for rater in ("Ada", "Bob", "Eve"):
        for said in server.store.corrections.recent(rater, -1):
            server.store.turns.undo(said.id, rater)
        server.store.turns.drop(rater)
    server.store.choices.set("overlap", 1)
    server.store.clips.delete([clip.id for clip in server.store.clips.find(limit=10_000)])


@pytest.fixture
def desk(clips: list[str], page: Page) -> Page:
    """The desk, with Ada at it."""
    rating.begin(page, "Ada")
    return page


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A sound with a voice, one without, and two files that are no sound."""
    sf.write(tmp_path / "voice.wav", read(SAMPLES / "calm.flac"), 16_000)
    sf.write(tmp_path / "noise.wav", np.random.default_rng(0).normal(0, 0.01, 48_000), 16_000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF and nothing else")
    (tmp_path / "words.txt").write_text("not a sound")
    return tmp_path


def drawn(page: Page, tab: str, title: str = "") -> None:
    """Wait until the player of a tab has drawn the clip of that title, or any."""
    page.wait_for_function(
        """([tab, title]) => {
            const player = document.querySelector(`${tab} .player[data-drawn]`);
            return player && player.querySelector("h3").textContent.includes(title);
        }""",
        arg=[tab, title],
    )
