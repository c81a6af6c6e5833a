"""A page with a microphone of its own: its browser, its server, and what of the sound it is given is recorded."""

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
from scipy.signal import correlate, resample_poly

from engine.types import SAMPLE_RATE, Floats
from tests.browser.conftest import WAIT_MS

BLOCK = SAMPLE_RATE // 2
LOOKAHEAD = 32  # samples that a resampler may hold back for its kernel
GATHERED = """
    const Node = AudioWorkletNode;
    window.given = [];
    window.gathered = [];
    window.AudioWorkletNode = class extends Node {
        constructor(context, ...rest) {
            super(context, ...rest);
            window.rate = context.sampleRate;
            this.port.addEventListener("message", (event) => {
                const { given, pcm = [] } = event.data ?? {};
                if (given) event.stopImmediatePropagation();
                (given ? window.given : window.gathered).push(...given ?? pcm);
            });
        }
    };
"""
TAPPED = """
    const add = AudioWorklet.prototype.addModule;
    const tap = () => {
        const plain = registerProcessor;
        globalThis.registerProcessor = (name, Processor) => plain(name, class extends Processor {
            process(inputs, ...rest) {
                const [[channel]] = inputs;
                if (channel && !this.over) this.port.postMessage({ given: channel.slice() });
                return super.process(inputs, ...rest);
            }
        });
    };
    AudioWorklet.prototype.addModule = async function (url) {
        await add.call(this, URL.createObjectURL(new Blob([`(${tap})()`], { type: "text/javascript" })));
        return add.call(this, url);
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
def speaking(browser: Browser, url: str, script: str = "", tapped: bool = False) -> Iterator[Page]:
    """A page with the Live tab open; no request of it has left the origin and nothing has failed.

    Tapped, the browser's audio thread runs a script of ours, which the page's policy would forbid: it notes in `given`
    what the browser gives, before the page's part of that thread has it.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=tapped)
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(GATHERED + script + (TAPPED if tapped else ""))
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


def assert_whole(page: Page, heard: Floats) -> None:
    """Each sample that the browser gave is in the recording, once, at its place.

    What a starved browser leaves out or puts in before it gives it cannot be told here, and is no fault of the page.
    """
    given, rate = np.array(page.evaluate("given"), np.float32), int(page.evaluate("rate"))
    if rate == SAMPLE_RATE:
        np.testing.assert_array_equal(heard, np.clip(np.floor(given * 2**15 + 0.5), -(2**15), 2**15 - 1) / 2**15)
        return
    expected = resample_poly(given, SAMPLE_RATE, rate)
    assert 0 <= len(expected) - len(heard) <= LOOKAHEAD
    assert likeness(heard, expected[: len(heard)]) > 0.999


def likeness(heard: Floats, played: Floats) -> float:
    """Largest correlation of a recording with any equally long stretch of what was played in a loop."""
    loop = np.concatenate([played, played[: len(heard) - 1]])
    sums = np.concatenate([[0], np.cumsum(loop.astype(np.float64) ** 2)])
    energy = sums[len(heard) :] - sums[: -len(heard)]
    return float(
        (correlate(loop, heard, "valid", "fft") / np.sqrt(energy * np.sum(heard.astype(np.float64) ** 2))).max()
    )


def missed(page: Page) -> str:
    return page.locator("#live .badges .missed").inner_text()
