"""The desk in a real browser: real keys, real sound, and every decision in the store."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WAIT_MS, Server
from tests.browser.rating import TOLD, VOICES, begin, current, playing, press, said, shown

AWAY_MS = 2500
PIXELS = """() => {
    const canvas = document.querySelector(".strips canvas");
    return [...new Set(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)];
}"""


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
    assert said(server.store) == expected
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
    assert said(server.store) == []
    press(desk, "z")
    expect(desk.locator(".status")).to_contain_text("nothing to take back")
    desk.locator(".past summary").click()
    expect(desk.locator(".answer.undone")).to_have_count(1)
    desk.get_by_role("button", name="Restore").click()
    expect(desk.locator(".answer")).to_have_count(2)
    assert said(server.store) == [("correct", (1, 1, 1))]


def test_two_decisions_before_the_first_is_answered_arrive_in_order(desk: Page, server: Server) -> None:
    first = current(desk)
    press(desk, "9 Enter 8 Enter 7 Enter z 6 Enter")
    shown(desk)
    assert said(server.store) == [
        ("correct", (9, None, None)),
        ("correct", (8, None, None)),
        ("correct", (6, None, None)),
    ]
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
    assert said(server.store) == []
    page.wait_for_timeout(300)
    before = "".join(heard)
    assert first in before
    for word in ('"teacher"', '"student"', "0.4567", "apart on"):
        assert word not in before
    assert all(path.stem not in before for path in VOICES)
    expect(page.locator(".point.near")).to_have_count(0)
    press(page, "Enter")
    expect(page.locator(".point.near")).to_have_count(3)
    until = time.monotonic() + WAIT_MS / 1000
    while "0.4567" not in "".join(heard) and time.monotonic() < until:
        page.wait_for_timeout(50)  # an answer's text may come after what is made of it
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
    assert said(server.store) == []


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
    sound.evaluate("(a) => a.addEventListener('seeking', () => (window.sought ??= []).push(a.currentTime))")
    press(desk, "] ] ] ]")
    duration = sound.evaluate("(audio) => audio.duration")
    start, end = (duration * (part * box["width"] - 30) / (box["width"] - 38) for part in (0.4, 0.5))
    desk.wait_for_function("window.sought?.length > 1")
    assert all(start - 0.1 < place < end + 0.35 for place in desk.evaluate("sought"))
    press(desk, "l")
    desk.wait_for_function("document.querySelector('#desk audio').ended")
    assert sound.evaluate("(audio) => audio.currentTime") == pytest.approx(duration, abs=0.05)


def test_time_away_from_the_desk_is_not_counted(clips: list[str], page: Page, server: Server) -> None:
    began = time.monotonic()
    begin(page, "Ada")
    page.get_by_role("tab", name="Library").click()
    page.wait_for_timeout(AWAY_MS)
    page.get_by_role("tab", name="Curate").click()
    press(page, "s")
    shown(page)
    assert server.store.corrections.recent("Ada")[0].seconds < time.monotonic() - began - AWAY_MS / 1000
