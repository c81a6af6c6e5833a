"""The desk in a real browser: real keys, real sound, and every decision in the store."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import BrowserContext, Page, expect

from app.jobs import work
from app.models import TEACHER
from engine import audio, plugins
from engine.types import Answer, Trace
from store.db import Store
from store.records import DoubtRecord
from tests.browser.conftest import SAMPLES, WAIT_MS, Opener, Server

VOICES = sorted(SAMPLES.glob("*.flac"))
CALLS = count()
PIXELS = """() => {
    const canvas = document.querySelector(".strips canvas");
    return [...new Set(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)];
}"""
TOLD = (0.1234, 0.4567, 0.7891)  # what the teacher says of every clip


def fill(store: Store, folder: Path) -> list[str]:
    """The samples, labelled, in an order of doubt; gives their ids in that order. No two calls give the same clips."""
    spec, ids, gain = plugins.load("teachers", TEACHER).SPEC, [], 0.5 + 0.01 * next(CALLS)
    for path in VOICES:
        samples = gain * audio.read(path)
        length = len(samples) / 16_000
        sf.write(folder / "voice.wav", samples, 16_000, "FLOAT")
        adv = np.array(TOLD, np.float32)
        answer = Answer(TEACHER, adv, Trace(np.stack([adv] * 4), 0.25, 2.0, length), None, ((0.0, 1.0),), length)
        ids.append(work.keep(store, folder / "voice.wav", path.stem, [(spec, answer)]))
    parts = {"student:valence": 0.9}
    store.doubts.replace(DoubtRecord(clip_id=each, doubt=1 - n / 20, parts=parts) for n, each in enumerate(ids))
    return ids


@pytest.fixture  # asked for before a page, so that no page is left whose clips are gone
def clips(server: Server, tmp_path: Path) -> Iterator[list[str]]:
    yield fill(server.store, tmp_path)
    for job in server.store.jobs.list():
        server.store.jobs.cancel(job.id)
    for rater in ("Ada", "Bob", "Eve"):
        for said in server.store.corrections.recent(rater, -1):
            server.store.turns.undo(said.id, rater)
        server.store.turns.drop(rater)
    server.store.choices.set("overlap", 1)
    server.store.clips.delete([clip.id for clip in server.store.clips.find(limit=10_000)])


def begin(page: Page, rater: str, blind: bool = False) -> None:
    page.get_by_role("tab", name="Curate").click()
    page.get_by_label("Who is rating?").fill(rater)
    if blind:
        page.get_by_role("checkbox", name="Blind first").check()
    page.get_by_role("button", name="Begin").click()
    shown(page)


def shown(page: Page, clip: str = "") -> None:
    """Wait until a clip, or that one, is drawn, and everything before it is kept."""
    page.wait_for_function(
        """(clip) => {
            const { drawn, waiting } = document.querySelector(".desk")?.dataset ?? {};
            return drawn && (!clip || drawn === clip) && waiting === "0";
        }""",
        arg=clip,
    )


def current(page: Page) -> str:
    return str(page.locator(".desk").get_attribute("data-clip"))


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def playing(page: Page) -> None:
    page.wait_for_function(
        "(() => { const a = document.querySelector('#desk audio'); return !a.paused && a.currentTime > 0.1; })()"
    )


@pytest.fixture
def desk(clips: list[str], page: Page) -> Page:
    begin(page, "Ada")
    return page


def said(server: Server, rater: str = "Ada") -> list[tuple[str, Any]]:
    return [(row.verdict, row.raw) for row in reversed(server.store.corrections.recent(rater, 100))]


def test_each_key_is_a_decision_and_each_reaches_the_store(desk: Page, server: Server) -> None:
    playing(desk)
    clips = [str(each.get_attribute("data-clip")) for each in desk.locator(".queue:not(.own *) .turn").all()]
    assert current(desk) == clips[0]
    press(desk, "7 4 2 Enter")
    shown(desk, clips[1])
    playing(desk)
    press(desk, "Enter")
    shown(desk, clips[2])
    press(desk, "x")
    shown(desk, clips[3])
    press(desk, "v 9 f n")
    desk.keyboard.type("shouted, ]?")
    press(desk, "Enter Enter")
    shown(desk, clips[4])
    press(desk, "s")
    shown(desk)
    none = (None, None, None)
    expected = [
        ("correct", (7, 4, 2)),
        ("accept", none),
        ("reject", none),
        ("correct", (None, None, 9)),
        ("skip", none),
    ]
    assert said(server) == expected
    rows = list(reversed(server.store.corrections.recent("Ada", 5)))
    assert [row.clip_id for row in rows] == clips[:5]
    assert rows[1].adv == pytest.approx(TOLD)
    assert (rows[3].flag, rows[3].note) == (True, "shouted, ]?")
    assert all(0 < row.seconds < 60 for row in rows)


def test_the_picture_is_there_and_nothing_is_chosen_for_the_rater(desk: Page) -> None:
    expect(desk.locator(".bench header h3")).not_to_be_empty()
    expect(desk.locator(".turn", has_text="apart on valence").first).to_be_visible()
    expect(desk.locator(".bench .why p")).not_to_be_empty()
    expect(desk.locator(".point[aria-pressed=true]")).to_have_count(0)
    near = desk.locator(".point.near")
    expect(near).to_have_count(3)
    assert [each.get_attribute("aria-label") for each in near.all()] == [
        "Arousal 2 of 9",
        "Dominance 5 of 9",
        "Valence 7 of 9",
    ]
    assert len(desk.evaluate(PIXELS)) > 50


def test_undo_walks_back_and_history_restores(desk: Page, server: Server) -> None:
    clips = [current(desk)]
    for keys in ("1 1 1 Enter", "x", "5 5 5 Enter"):
        press(desk, keys)
        desk.wait_for_function("(clip) => document.querySelector('.desk').dataset.clip !== clip", arg=clips[-1])
        shown(desk)
        clips.append(current(desk))
    for clip in reversed(clips[:3]):
        press(desk, "z")
        shown(desk, clip)
    assert said(server) == []
    press(desk, "z")
    expect(desk.locator(".status")).to_contain_text("nothing to take back")
    desk.locator(".past summary").click()
    expect(desk.locator(".answer.undone")).to_have_count(1)
    desk.get_by_role("button", name="Restore").click()
    expect(desk.locator(".answer")).to_have_count(2)
    assert said(server) == [("correct", (1, 1, 1))]


def test_two_decisions_before_the_first_is_answered_arrive_in_order(desk: Page, server: Server) -> None:
    first = current(desk)
    press(desk, "9 Enter 8 Enter 7 Enter z 6 Enter")
    shown(desk)
    assert said(server) == [("correct", (9, None, None)), ("correct", (8, None, None)), ("correct", (6, None, None))]
    assert len(server.store.corrections.history(first)) == 1


def test_blind_no_answer_is_on_the_wire_before_ones_own_is_kept(clips: list[str], page: Page, server: Server) -> None:
    heard: list[str] = []
    page.on("response", lambda answer: heard.append(answer.text()) if "component_server" in answer.url else None)
    begin(page, "Ada", blind=True)
    first = current(page)
    page.wait_for_function("document.querySelectorAll('.turn[data-clip]').length > 2")
    press(page, "Enter")
    expect(page.locator(".status")).to_contain_text("Rate arousal, dominance and valence first")
    press(page, "2 5 Enter 7")
    assert said(server) == []
    page.wait_for_timeout(300)
    before = "".join(heard)
    assert first in before
    for word in ('"teacher"', '"student"', "0.4567", "apart on"):
        assert word not in before
    assert all(path.stem not in before for path in VOICES)
    expect(page.locator(".point.near")).to_have_count(0)
    press(page, "Enter")
    expect(page.locator(".point.near")).to_have_count(3)
    assert "0.4567" in "".join(heard)
    expect(page.locator(".point[aria-pressed=true]")).to_have_count(3)
    assert current(page) == first
    press(page, "a 3 Enter")
    page.wait_for_function("(clip) => document.querySelector('.desk').dataset.clip !== clip", arg=first)
    shown(page)
    assert [(row.raw, row.blind) for row in server.store.corrections.history(first)] == [
        ((2, 5, 7), True),
        ((3, 5, 7), False),
    ]
    expect(page.locator(".point.near")).to_have_count(0)
    expect(page.locator(".point[aria-pressed=true]")).to_have_count(0)


def test_two_raters_get_different_clips(clips: list[str], opened: Opener, server: Server, tmp_path: Path) -> None:
    fill(server.store, tmp_path)  # more than one rater's queue holds
    one, other = opened(), opened()
    begin(one, "Ada")
    other.evaluate("localStorage.clear()")
    begin(other, "Bob")
    ours, theirs = (
        {str(each.get_attribute("data-clip")) for each in page.locator(".turn[data-clip]").all()}
        for page in (one, other)
    )
    assert ours
    assert theirs
    assert not ours & theirs


def test_keys_are_for_the_desk_alone(desk: Page, server: Server) -> None:
    press(desk, "Control+x Alt+s ?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    press(desk, "x ?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_hidden()
    desk.get_by_label("Note").fill("")
    desk.get_by_label("Note").press_sequentially("xs")
    desk.get_by_role("tab", name="Library").click()
    press(desk, "x")
    desk.get_by_role("tab", name="Curate").click()
    shown(desk)
    assert said(server) == []


def test_sound_is_played_slower_stopped_sought_and_looped(desk: Page) -> None:
    playing(desk)
    press(desk, "[ [")
    sound = desk.locator("#desk audio")
    assert sound.evaluate("(audio) => [audio.playbackRate, audio.preservesPitch]") == [0.5, True]
    press(desk, "Space")
    desk.wait_for_function("document.querySelector('#desk audio').paused")
    box = desk.locator(".strips").bounding_box()
    assert box
    desk.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 30)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 30, steps=4)
    desk.mouse.up()
    expect(desk.locator(".stretch")).to_be_visible()
    press(desk, "] ] ] ]")
    duration = sound.evaluate("(audio) => audio.duration")
    ends = [duration * (part * box["width"] - 30) / (box["width"] - 38) for part in (0.4, 0.5)]
    for _ in range(20):
        desk.wait_for_timeout(50)
        assert ends[0] - 0.1 < sound.evaluate("(audio) => audio.currentTime") < ends[1] + 0.35
    press(desk, "l")
    desk.wait_for_function("document.querySelector('#desk audio').ended")
    assert sound.evaluate("(audio) => audio.currentTime") == pytest.approx(duration, abs=0.05)


def test_time_away_from_the_desk_is_not_counted(desk: Page, server: Server) -> None:
    desk.get_by_role("tab", name="Library").click()
    desk.wait_for_timeout(2500)
    desk.get_by_role("tab", name="Curate").click()
    press(desk, "s")
    shown(desk)
    assert server.store.corrections.recent("Ada")[0].seconds < 2.0


def test_a_rater_goes_on_where_they_left_off(desk: Page) -> None:
    press(desk, "s")
    shown(desk)
    clip = current(desk)
    desk.reload()
    shown(desk, clip)
    expect(desk.locator(".who")).to_contain_text("Ada")
    expect(desk.locator(".progress")).to_contain_text("1 today")


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_narrow_page(clips: list[str], opened: Opener, dark: bool) -> None:
    page = opened(dark)
    page.set_viewport_size({"width": 400, "height": 800})
    page.get_by_role("tab", name="Curate").click()
    begin(page, "Ada")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator("#desk .point").first.bounding_box()["width"] > 24  # type: ignore[index]


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[tuple[str, Store, Callable[[], None], Callable[[], None]]]:
    """A server of its own with a library: its address, its store, and how it is killed and started again."""
    running: list[subprocess.Popen[str]] = []
    port = "0"

    def start() -> None:
        nonlocal port
        command = [sys.executable, "-m", "app", "serve", "--port", port, "--json", "--data", str(tmp_path / "data")]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(tmp_path)}
        )
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["url"].rsplit(":", 1)[1]
        running.append(process)

    def kill() -> None:
        process = running.pop()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    with Store(tmp_path / "data") as store:
        fill(store, tmp_path)
        start()
        yield f"http://127.0.0.1:{port}", store, kill, start
        kill()


def test_a_killed_server_loses_nothing_and_doubles_nothing(
    context: BrowserContext, killable: tuple[str, Store, Callable[[], None], Callable[[], None]]
) -> None:
    url, store, kill, start = killable
    page = context.new_page()
    page.goto(url)
    begin(page, "Eve")
    press(page, "1 Enter")
    shown(page)
    kill()
    press(page, "2 Enter 3 Enter")
    expect(page.locator(".desk .alert")).to_contain_text("2 decisions are kept in this browser")
    press(page, "4 Enter")
    start()
    until = time.monotonic() + WAIT_MS / 1000
    while len(store.corrections.recent("Eve", 100)) < 4 and time.monotonic() < until:
        page.wait_for_timeout(100)
    shown(page)
    assert [row.raw[0] for row in reversed(list(store.corrections.recent("Eve", 100)))] == [1, 2, 3, 4]
    assert store.corrections.count() == 4
    page.evaluate("localStorage.clear()")
    page.close()
