"""The Live tab in a real browser whose microphone hears speech under a chirp: every sample is looked for in the end."""

import csv
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import Browser, BrowserContext, expect
from scipy.signal import chirp, correlate

from engine.onnx_model import ASSETS
from engine.sound.audio import read
from engine.types import SAMPLE_RATE, Floats, StudentSpec
from store.records import StudentRecord
from tests.browser.conftest import FLAGS, SAMPLES, Server
from tests.browser.speaking import (
    BLOCK,
    SLOWED,
    assert_whole,
    chromium,
    likeness,
    missed,
    record,
    recorded,
    served,
    speaking,
    stopped,
)

LENGTH_S, SWEEP_S = 60, 6
REAL = [flag for flag in FLAGS if not flag.startswith("--use-fake")]
NO_16_KHZ = """
    const Plain = AudioContext;
    window.AudioContext = class extends Plain {
        constructor(asked) { if (asked?.sampleRate) throw new DOMException("no", "NotSupportedError"); super(); }
    };
"""
COLOURED = """(root) => [...root.querySelectorAll("canvas")].some((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const has = (r, g, b) => data.some((_, i) => i % 4 === 0 && data[i + 3] > 200
        && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 30);
    return has(0xD5, 0x5E, 0x00) && has(0x00, 0x72, 0xB2) && has(0x00, 0x9E, 0x73);
})"""
MINUTES = """async () => {
    const { chart } = await import("/front/live/chart.js");
    window.follows = [];
    window.chart = chart({ look() {}, choose() {}, follow: (yes) => follows.push(yes) });
    document.querySelector("#live .plot").replaceChildren(window.chart.node);
    await new Promise(requestAnimationFrame);
    for (let hop = 1; hop <= 2000; hop += 1) {
        const row = [hop / 10, 0.5 + 0.4 * Math.sin(hop / 30), 0.5, 0.3, 0];
        window.chart.sound(Array(4).fill([-0.3, 0.3]), hop / 10);
        window.chart.answers({ points: [row], teacher: [row], speech: [[0, hop / 10]] });
    }
}"""
HELD = """
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (asked) => { window.stream = await ask(asked); return window.stream; };
"""


@pytest.fixture(scope="module")
def said() -> Floats:
    """What the microphone hears: the samples one after the other, and a chirp over them."""
    voices = np.concatenate([read(path) for path in sorted(SAMPLES.glob("*.flac"))])
    times = np.arange(LENGTH_S * SAMPLE_RATE) / SAMPLE_RATE
    swept: Floats = 0.08 * chirp(times % SWEEP_S, 500, SWEEP_S, 7000)
    return (0.8 * np.resize(voices, len(swept)) + swept).astype(np.float32)


@pytest.fixture(scope="module")
def browser(context: BrowserContext, said: Floats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = tmp_path_factory.mktemp("chirp") / "chirp.wav"
    sf.write(path, said, SAMPLE_RATE)
    with chromium(context, *FLAGS, f"--use-file-for-fake-audio-capture={path}") as browser:
        yield browser


@pytest.fixture
def newcomer(server: Server) -> Iterator[int]:
    """A student of the server that is not live yet; its number."""
    store = server.store
    (store.folder / "students").mkdir(exist_ok=True)
    for suffix in (".onnx", ".json"):
        shutil.copy(ASSETS / f"wav2small{suffix}", store.folder / "students" / f"newcomer{suffix}")
    spec, file = StudentSpec("wav2small"), "students/newcomer.onnx"
    made = store.students.add(StudentRecord(name="newcomer", spec=spec, data_fingerprint="", file=file, licence=""))
    yield made
    store.students.make_live(None)
    store.students.delete(made)


@pytest.mark.parametrize("script", ["", NO_16_KHZ], ids=["16 kHz", "resampled"])
def test_every_sample_arrives_and_both_traces_follow(
    browser: Browser, server: Server, said: Floats, script: str
) -> None:
    with speaking(browser, server.url, script, tapped=True) as page:
        record(page)
        recorded(page, 3)
        page.wait_for_function("(window.told ?? []).some(({ points }) => points)")
        expect(page.locator("#live .livechart .behind")).to_be_attached()
        expect(page.locator("#live .values .arousal .teacher")).not_to_have_text("–")
        expect(page.locator("#live .values .arousal .student")).not_to_have_text("–")
        expect(page.locator("#live .note")).to_contain_text("resample" if script else "")
        heard = stopped(page)
        assert len(heard) >= 3 * SAMPLE_RATE
        assert_whole(page, heard)
        assert likeness(heard[SAMPLE_RATE : SAMPLE_RATE + BLOCK], said) > 0.5
        assert missed(page) == "0 s missed"


def test_the_traces_are_drawn_in_their_colours(browser: Browser, server: Server) -> None:
    with speaking(browser, server.url) as page:
        record(page)
        page.wait_for_function(f"({COLOURED})(document.querySelector('#live'))")
        stopped(page)


def test_two_pages_do_not_mix(browser: Browser, server: Server) -> None:
    with speaking(browser, server.url) as one, speaking(browser, server.url) as other:
        record(one)
        recorded(one, 1)
        record(other)
        recorded(other, 2)
        assert all(len(stopped(page)) >= 2 * SAMPLE_RATE for page in (one, other))


def test_another_student_takes_over_while_somebody_speaks(browser: Browser, server: Server, newcomer: int) -> None:
    with speaking(browser, server.url) as page:
        shown = page.locator("#live .live-player")
        record(page)
        recorded(page, 1)
        page.get_by_label("Student").select_option("wav2small")
        expect(shown).to_have_attribute("data-student", "wav2small")
        page.get_by_label("Student").select_option("live")
        expect(shown).to_have_attribute("data-student", "etude")
        server.store.students.make_live(newcomer)
        expect(shown).to_have_attribute("data-student", "newcomer")
        expect(page.locator("#live .note")).to_contain_text("newcomer has taken over")
        stopped(page)
        page.get_by_label("Student").select_option("wav2small")
        page.reload()
        page.get_by_role("tab", name="Live").click()
        expect(page.get_by_label("Student")).to_have_value("wav2small")


def test_a_slow_server_that_is_started_again_costs_no_sound(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, 0, SLOWED) as (url, process), speaking(browser, url) as page:
        record(page)
        recorded(page, 2)
        process.kill()
        expect(page.locator("#live .alert")).to_contain_text("of sound wait here")
        with served(tmp_path, int(url.rsplit(":", 1)[1]), ""):
            expect(page.locator("#live .note")).to_contain_text("started again")
            expect(page.locator("#live .note")).to_contain_text("no sound was missed")
            assert page.evaluate("window.told.length")  # the page was not loaded anew
            assert len(stopped(page)) > 2 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (["--use-fake-ui-for-media-stream=deny", "--use-fake-device-for-media-stream"], "The microphone was refused"),
        (["--use-fake-ui-for-media-stream"], "There is no microphone"),
    ],
    ids=["refused", "none"],
)
def test_without_a_microphone_it_is_said_why(
    context: BrowserContext, server: Server, flags: list[str], why: str
) -> None:
    with chromium(context, *REAL, *flags) as browser, speaking(browser, server.url) as page:
        record(page)
        expect(page.locator("#live .alert")).to_contain_text(why)
        expect(page.locator("#live .record")).to_have_text("Record")
        page.get_by_label("Microphone").select_option(label="This computer, heard by Etude itself")
        expect(page.locator("#live .alert")).to_contain_text("install")


def test_a_pause_and_an_unplugged_microphone_are_gone_on_from(browser: Browser, server: Server) -> None:
    with speaking(browser, server.url, HELD) as page:
        record(page)
        recorded(page, 1)
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Go on").click()
        recorded(page, 2)
        page.evaluate("stream.getTracks()[0].dispatchEvent(new Event('ended'))")
        expect(page.locator("#live .alert")).to_contain_text("unplugged")
        until = int(page.locator("#live .live-player").get_attribute("data-total") or 0)
        page.get_by_role("button", name="Go on").click()
        recorded(page, until / SAMPLE_RATE + 1.2)
        assert len(stopped(page)) >= until + SAMPLE_RATE


def test_marks_stretches_and_downloads(browser: Browser, server: Server, emptied: None) -> None:
    with speaking(browser, server.url) as page:
        record(page)
        recorded(page, 1)
        page.get_by_label("Word of the next mark").fill("here")
        page.get_by_role("button", name="Mark", exact=True).click()
        page.keyboard.press("m")
        recorded(page, 2)
        heard = stopped(page)
        expect(page.locator("#live .flag.mark")).to_have_text(["here", "Mark 2"])
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").click()
        rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
        assert [row["mark"] for row in rows if row["mark"]] in (["here", "Mark 2"], ["here; Mark 2"])
        box = page.locator("#live .tape").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 2, box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + 1 + box["width"] / 30, box["y"] + 100, steps=3)
        page.mouse.up()
        page.get_by_role("button", name="in library").click()
        expect(page.locator("#live .note")).to_contain_text("are in the library")
        (clip,) = server.store.clips.find()
        kept = read(server.store.clips.audio(clip.id))
        assert 0.8 < clip.duration_s < 1.1
        assert np.abs(correlate(heard, kept, "valid", "fft")).max() == pytest.approx(float(kept @ kept), rel=1e-3)
        page.goto("about:blank")
        until = time.monotonic() + 30
        while list(server.temporary.rglob("*.pcm")) and time.monotonic() < until:
            time.sleep(0.05)
        assert list(server.temporary.rglob("*.pcm")) == []
        page.goto(server.url)


def test_scrolling_back_shows_all_that_was_said(browser: Browser, server: Server) -> None:
    with speaking(browser, server.url) as page:
        page.evaluate(MINUTES)
        page.wait_for_function("chart.node.querySelectorAll('canvas').length > 2")
        ends = """() => {
            const view = chart.node.querySelector(".view");
            return [view.scrollLeft, view.scrollWidth, view.clientWidth];
        }"""
        at, whole, width = page.evaluate(ends)
        assert at == pytest.approx(170 / 200 * whole - width + 30 / 200 * whole, abs=width) and whole > 5 * width
        page.evaluate("chart.node.querySelector('.view').scrollLeft = 0")
        page.wait_for_function("follows.at(-1) === false")
        page.evaluate("chart.sound([[-0.5, 0.5]], 200.025)")
        assert page.evaluate(ends)[0] == 0
        assert len(page.evaluate("chart.node.querySelectorAll('canvas')")) < 10
        page.wait_for_function(f"({COLOURED})(chart.node)")
        page.evaluate("chart.newest()")
        assert page.evaluate("follows.at(-1)") is True
        assert page.evaluate(ends)[0] == pytest.approx(at, abs=10)
