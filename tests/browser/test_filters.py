"""The Library's filters in a real browser: lists, ranges, a brush on the plane, and many clips accepted at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from store.records import CorrectionRecord
from tests.browser.conftest import Server
from tests.shelf import fill

pytestmark = pytest.mark.usefixtures("emptied")
ADV = [(arousal, 0.5, valence) for arousal in (0.1, 0.5, 0.9) for valence in (0.1, 0.5, 0.9)]
DOUBT = [n / 10 + 0.05 for n in range(len(ADV))]


@pytest.fixture
def clips(page: Page, server: Server) -> Iterator[Page]:
    """Nine clips, a third of the plane apart, of rising doubt, the filters open."""
    ids = fill(server.store, ADV, DOUBT)
    server.store.corrections.add(CorrectionRecord(clip_id=ids[0], rater="zoe", verdict="reject"))
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.locator("#clips .plane")).to_have_attribute("aria-label", re.compile("^9 clips by what"))
    yield page
    for kept in server.store.corrections.ratings().values():
        for said in kept:
            server.store.corrections.undo(said.id, said.rater)


def rows(page: Page) -> Locator:
    return page.locator("#clips tbody tr[data-clip]")


def names(page: Page) -> list[str]:
    return page.locator("#clips td.name b").all_text_contents()


def draw(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Draw a rectangle on the plane; its own size is 1."""
    box = page.locator("#clips .plane").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    page.mouse.up()


def test_a_rectangle_on_the_plane_shows_the_clips_inside(clips: Page) -> None:
    clips.locator("#clips .plane").scroll_into_view_if_needed()
    draw(clips, 0.01, 0.02, 0.3, 0.6)  # unpleasant, middling to excited
    expect(rows(clips)).to_have_count(2)
    assert names(clips) == ["6.wav", "3.wav"]
    expect(clips.get_by_label("Arousal from")).to_have_value("0.4")
    expect(clips.get_by_label("Valence to")).to_have_value("0.3")
    clips.get_by_label("Valence to").fill("0.6")
    expect(rows(clips)).to_have_count(4)
    width = clips.eval_on_selector("#clips .plane .box", "box => box.clientWidth / box.parentElement.clientWidth")
    assert width == pytest.approx(0.6, abs=0.03)
    clips.locator("#clips .plane").press("Escape")
    expect(rows(clips)).to_have_count(9)
    expect(clips.locator("#clips .box")).to_be_hidden()


def test_the_plane_is_drawn_in_the_accent_and_again_in_the_dark(clips: Page) -> None:
    inked = """() => {
        const canvas = document.querySelector("#clips .plane canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const at = data.findIndex((value, place) => place % 4 === 3 && value > 200);
        return at < 0 ? "" : data.slice(at - 3, at).join();
    }"""
    clips.wait_for_function(f"({inked})() !== ''")
    light = clips.evaluate(inked)
    clips.get_by_role("button", name="Light or dark").click()
    clips.wait_for_function(f"before => ({inked})() !== before", arg=light)


def test_doubt_and_verdict_are_in_the_rows_and_can_be_asked_for(clips: Page) -> None:
    first = rows(clips).last
    expect(first).to_contain_text("0.05")
    expect(first.locator(".verdict.reject")).to_have_text("rejected")
    expect(first.locator(".verdict")).to_have_attribute("title", "zoe: rejected")
    clips.get_by_label("Order").select_option("doubt")
    expect(clips.locator("#clips td.name b").first).to_have_text("8.wav")
    clips.get_by_label("Doubt to").fill("0.4")
    expect(rows(clips)).to_have_count(4)
    clips.get_by_label("Verdict").select_option("none")
    expect(rows(clips)).to_have_count(3)
    clips.locator("#clips").get_by_label("Rater").select_option("zoe")
    clips.get_by_label("Verdict").select_option("")
    expect(rows(clips)).to_have_count(1)


def test_many_are_accepted_once_their_number_was_said_and_taken_back_in_one_go(clips: Page, server: Server) -> None:
    clips.get_by_label("Accept below a doubt of").fill("0.5")
    clips.get_by_label("Accept as").fill("")
    clips.get_by_role("button", name="Accept…").click()
    dialog = clips.get_by_role("dialog")
    expect(dialog).to_contain_text("for 4 clips that nobody has rated")
    dialog.get_by_role("button", name="Accept").click()
    expect(clips.locator("#clips .bulk p").first).to_contain_text("Say who is rating")
    clips.get_by_label("Accept as").fill("ada")
    clips.get_by_role("button", name="Accept…").click()
    dialog.get_by_role("button", name="Accept").click()
    expect(clips.locator("#clips .verdict.accept")).to_have_count(4)
    kept = [said for each in server.store.corrections.ratings().values() for said in each if said.rater == "ada"]
    assert {(said.verdict, said.shown) for said in kept} == {("accept", "bulk")}
    clips.get_by_role("button", name="Undo 4 clips of ada").click()
    expect(clips.locator("#clips .verdict.accept")).to_have_count(0)
    expect(clips.get_by_role("button", name="Undo 4 clips of ada")).to_be_hidden()
    expect(clips.locator("#clips .verdict.reject")).to_have_count(1)


def test_what_was_filtered_gives_way_to_a_part_of_the_health_report(clips: Page) -> None:
    clips.get_by_label("Doubt to").fill("0.1")
    expect(rows(clips)).to_have_count(1)
    clips.locator("#health summary").click()
    clips.locator('#health [data-key="arousal-valence:2:2"]').click()
    expect(rows(clips)).to_have_count(1)
    expect(rows(clips)).to_contain_text("8.wav")
    expect(clips.get_by_label("Doubt to")).to_have_value("")
