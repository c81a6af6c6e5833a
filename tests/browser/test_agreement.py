"""The Raters tab in a real browser, with three raters of a real library and three students."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.rating import fused
from engine.types import StudentSpec
from store.db import Store
from store.records import StudentRecord
from tests import rating
from tests.browser.conftest import Opener, Server
from tests.rating import RATERS


@pytest.fixture(scope="module")
def rated(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The server's library with what three people rated, and two students that were taught few and many corrections."""
    store = server.store
    rating.fill(store, tmp_path_factory.mktemp("rated") / "class")
    students = [_student(store, "few", 40, 0.3), _student(store, "many", 400, 0.8)]
    yield store
    for student in students:
        store.students.delete(student)
    for several in store.corrections.ratings().values():
        for said in several:
            store.corrections.undo(said.id, said.rater)
    for several in store.corrections.ratings().values():  # what the repeats had replaced
        for said in several:
            store.corrections.undo(said.id, said.rater)
    fused.choose(store, fused.DEFAULT)
    for job in store.jobs.list(1000):
        store.jobs.cancel(job.id)
    store.clips.delete([clip.id for clip in store.clips.find(limit=-1)])


def _student(store: Store, name: str, corrections: int, ccc: float) -> int:
    known = {"ccc": [ccc] * 3, "low": [ccc - 0.1] * 3, "high": [ccc + 0.1] * 3, "teacher_ccc": [0.5] * 3}
    metrics = {"to_people_known": {"n": 30, "speakers": 5, **known}, "corrections": corrections}
    spec, file = StudentSpec("etude"), f"students/{name}.onnx"
    return store.students.add(
        StudentRecord(name=name, spec=spec, data_fingerprint="", metrics=metrics, file=file, licence="")
    )


@pytest.fixture
def tab(page: Page, rated: Store) -> Page:
    page.get_by_role("tab", name="Raters").click()
    expect(page.locator(".raters .people tbody tr")).to_have_count(len(RATERS))
    return page


def test_raters_are_told_with_intervals_and_numbers(tab: Page, rated: Store) -> None:
    expect(tab.locator(".raters .people")).to_contain_text(re.compile("ada.*80.*0.*80.*0", re.DOTALL))
    table = tab.locator(".agreements")
    for group in ("All raters together", "With the teacher, CCC of blind", "With each other", "With themselves"):
        expect(table.locator(".group", has_text=group)).to_be_visible()
    one = table.get_by_role("row", name=re.compile("^ada, bob"))
    expect(one).to_contain_text(re.compile(r"0\.9\d \[0\.9\d, 0\.9\d\] · 80"))
    assert one.locator("svg .ends").count() == 3
    expect(tab.locator(".drift figure")).to_have_count(len(RATERS))
    assert tab.locator(".drift .trend").count() == 3 * len(RATERS)


def test_the_student_is_asked_by_the_real_worker(tab: Page, rated: Store) -> None:
    tab.get_by_role("button", name="Ask etude").click()
    expect(tab.locator(".agreements .group", has_text="With the live student")).to_be_visible()
    expect(tab.locator(".asking")).to_have_count(0)


def test_a_fusion_is_chosen_for_everybody(tab: Page, rated: Store, opened: Opener) -> None:
    cards = tab.locator(".methods .method")
    expect(cards).to_have_count(3)
    expect(tab.locator(".method.chosen")).to_contain_text("Mean")
    expect(cards.filter(has_text="Evaluator-weighted")).to_contain_text("would change 80 of 80 clips")
    cards.filter(has_text="Evaluator-weighted").click()
    expect(tab.locator(".method.chosen")).to_contain_text("Evaluator-weighted")
    assert fused.method(rated) == "ewe"
    other = opened()
    other.get_by_role("tab", name="Raters").click()
    expect(other.locator(".method.chosen")).to_contain_text("Evaluator-weighted")


def test_a_disputed_clip_is_heard(tab: Page, rated: Store) -> None:
    row = tab.locator(".disputes tbody tr").first
    clip = rated.clips.get(str(row.get_attribute("data-clip")))
    assert clip is not None
    assert row.locator(".opinions i").count() == 3 * len(RATERS)
    row.click()
    expect(tab.locator("#disputed .player h3")).to_contain_text(clip.name)
    tab.locator("#disputed .player[data-drawn]").wait_for()
    tab.locator("#disputed").get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('#disputed audio').currentTime > 0")


def test_whether_corrections_pay_is_drawn_and_told(tab: Page, rated: Store) -> None:
    told = tab.locator(".raters .progress")
    expect(told.locator(".verdict")).to_have_text(
        "From 40 to 400 corrections agreement with people rose on arousal, dominance and valence."
    )
    assert told.locator("circle").count() == told.locator(".ends").count() == 6
    assert "few: 0.30 [0.20, 0.40] on 30 clips, 40 corrections" in told.locator("circle title").first.inner_html()


def test_what_another_says_is_seen_and_nothing_is_wider_than_the_page(tab: Page, rated: Store) -> None:
    row = tab.locator(".raters .people tbody tr").first
    before = row.text_content() or ""
    expect(row).to_have_text(before)
    said = rating.say(rated, rated.clips.find(limit=1)[0].id, "ada", verdict="reject")
    expect(row).not_to_have_text(before)
    rated.corrections.undo(said.id, "ada")
    expect(row).to_have_text(before)
    tab.set_viewport_size({"width": 420, "height": 900})
    tab.locator(".disputes tbody tr").first.click()
    tab.locator("#disputed .player[data-drawn]").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 420
