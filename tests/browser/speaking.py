"""A page with a microphone of its own: its browser, its server, and where in the microphone's file a recording lies.

A stretch of what is said is like no other, so it tells where in the file it was: if all stretches of a recording begin
at the same place, nothing between them is missing, and nothing is there twice.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile as sf
from playwright.sync_api import Browser, BrowserContext, Page, expect
from scipy.signal import correlate

from engine.types import SAMPLE_RATE, Floats
from tests.browser.conftest import WAIT_MS

BLOCK, BLOCKS = SAMPLE_RATE // 2, 12
NEAR = 16  # samples: a browser hands on 128 at a time, so no hole is smaller
GATHERED = """
    const Node = AudioWorkletNode;
    window.gathered = [];
    window.AudioWorkletNode = class extends Node {
        constructor(...given) {
            super(...given);
            this.port.addEventListener("message", ({ data }) => window.gathered.push(...data.pcm));
        }
    };
"""
SLOWED = """
import sys, time
from app.live.sessions import Session
hear = Session.hear
Session.hear = lambda *asked: time.sleep(0.35) or hear(*asked)
"""
SERVE = """
from app.__main__ import main
if __name__ == "__main__":
    main()
"""


@contextmanager
def chromium(context: BrowserContext, *flags: str) -> Iterator[Browser]:
    """Another browser, beside the one of all tests."""
    assert context.browser is not None
    browser = context.browser.browser_type.launch(executable_path=shutil.which("chromium"), args=flags)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def speaking(browser: Browser, url: str, script: str = "") -> Iterator[Page]:
    """A page with the Live tab open; no request of it has left the origin and nothing has failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(GATHERED + script)
    page, asked, failed = context.new_page(), list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws", "http", 1)))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
    page.goto(url)
    page.get_by_role("tab", name="Live").click()
    page.locator("#live .live-player").wait_for()
    page.evaluate("addEventListener('painted', ({ detail }) => { window.told = [...window.told ?? [], detail]; })")
    try:
        yield page
    finally:
        context.close()
    assert [address for address in asked if not address.startswith((url, "data:", "blob:"))] == []
    assert [line for line in failed if "net::ERR_" not in line and "fetch" not in line] == []


@contextmanager
def served(folder: Path, port: int, script: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server of its own, in which `script` runs first."""
    asked = ["serve", "--port", str(port), "--json", "--data", str(folder / "data")]
    command = [sys.executable, "-c", script + SERVE, *asked]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"], process
        finally:
            process.terminate()


def record(page: Page) -> None:
    page.locator("#live .record").click()


def recorded(page: Page, seconds: float) -> None:
    """Wait until so much was recorded."""
    page.wait_for_function(
        "s => Number(document.querySelector('#live .record').textContent.split(':')[1]) >= s", arg=seconds
    )


def stopped(page: Page) -> Floats:
    """Stop; gives the session's sound, as it is downloaded: every sample that the page was given by the browser."""
    record(page)
    expect(page.locator("#live .live-player")).to_have_attribute("data-state", "over")
    with page.expect_download() as download:
        page.get_by_role("button", name="WAV").click()
    sound, rate = sf.read(io.BytesIO(Path(download.value.path()).read_bytes()), dtype="int16")
    assert rate == SAMPLE_RATE
    np.testing.assert_array_equal(sound, np.array(page.evaluate("gathered"), np.int16))
    heard: Floats = sound.astype(np.float32) / np.float32(2**15)
    return heard


def places(heard: Floats, said: Floats) -> list[int]:
    """Where in the microphone's file the recording begins, as half seconds of it tell, first and last among them."""
    loop = np.concatenate([said, said[:BLOCK]])  # the microphone begins again at its file's end
    sums = np.concatenate([[0], np.cumsum(loop.astype(np.float64) ** 2)])
    loudness = np.sqrt(sums[BLOCK:] - sums[:-BLOCK])
    found = []
    for start in np.linspace(0, len(heard) - BLOCK, BLOCKS).astype(int):
        likeness = correlate(loop, heard[start : start + BLOCK], "valid", "fft") / loudness
        found.append(int(likeness.argmax() - start) % len(said))
    return found


def assert_whole(heard: Floats, said: Floats, seconds: float) -> None:
    assert len(heard) >= seconds * SAMPLE_RATE
    found = places(heard, said)
    # What is missing would move all that follows on; a browser that is starved puts silence in, which moves it back.
    assert found[-1] <= found[0] + NEAR, found
    assert sum(abs(place - np.median(found)) <= NEAR for place in found) >= 0.75 * BLOCKS, found


def missed(page: Page) -> str:
    return page.locator("#live .badges .missed").inner_text()
