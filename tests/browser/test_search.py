"""The Search tab in a real browser: what was found is drawn and listed; a search is begun and cancelled."""

import time

import pytest
from playwright.sync_api import Page, expect

from app.jobs import work
from app.training import searches
from engine.types import StudentSpec
from store.db import Store
from store.records import CandidateRecord
from tests.browser.conftest import SAMPLES, Server

pytestmark = pytest.mark.usefixtures("emptied")

FOUND = [
    CandidateRecord(
        spec=StudentSpec("etude", size, shape={"hop": 240}), parameters=1000 * size, bytes=2000 * size, ms=size / 10,
        share=size / 200, ccc=(ccc, ccc, ccc - 0.2), rung=3, passes=8, on_front=front,
    )
    for size, ccc, front in ((8, 0.6, True), (12, 0.5, False), (16, 0.8, True))
]  # fmt: skip


@pytest.fixture
def ended(server: Server) -> int:
    """A search that has found three shapes; never queued, so the server's worker lets it be."""
    return found(server.store)


def found(store: Store) -> int:
    row = """INSERT INTO jobs (kind, arguments, state, progress, message, created_at)
             VALUES (?, '{"trials": 3, "max_bytes": 50000}', 'done', 1.0, '3 shapes trained.', ?) RETURNING id"""
    job_id = int(store._connections.query(row, searches.KIND, time.time())[0]["id"])
    store.candidates.put(job_id, FOUND)
    return job_id


def searched(page: Page) -> Page:
    page.get_by_role("tab", name="Search").click()
    return page


def drawn(page: Page) -> tuple[list[str], list[str]]:
    """The names of what is drawn; the colours of the front, of text, paper and plot, and what hovering tells."""
    page.wait_for_function("document.querySelector('#search .pareto[data-drawn]')")
    names, looks = page.eval_on_selector(
        "#search .pareto",
        """({ data, layout }) => [data.map(({ name }) => name), [data[2].marker.color, layout.font.color,
            layout.paper_bgcolor, layout.plot_bgcolor, data[2].text[0]]]""",
    )
    return names, looks


@pytest.mark.usefixtures("ended")
def test_what_was_found_is_drawn_and_listed_in_light_and_dark(page: Page) -> None:
    rows = searched(page).locator("#search tbody tr")
    expect(rows).to_have_count(len(FOUND))
    expect(rows.first).to_contain_text("etude 16, hop 240")
    expect(rows.first).to_contain_text("32.0 kB")
    expect(rows.first).to_have_class("front")
    expect(rows.last).not_to_have_class("front")
    names, bright = drawn(page)
    page.get_by_role("button", name="Light or dark").click()
    page.wait_for_function(
        "before => document.querySelector('#search .pareto').data[2].marker.color !== before", arg=bright[0]
    )
    assert names == ["joined", "beaten", "front"]
    dim = drawn(page)[1]
    assert bright[1] != dim[1]
    assert bright[2:4] == dim[2:4] == ["transparent"] * 2
    assert "etude 16, hop 240" in dim[4]
    assert "CCC arousal 0.80, dominance 0.80, valence 0.60" in dim[4]


def test_nothing_to_learn_from_is_said(page: Page, server: Server) -> None:
    before = len(server.store.jobs.list(100, searches.KIND))
    searched(page).get_by_role("button", name="Search for shapes").click()
    expect(page.locator("#search .alert")).to_contain_text("There is no clip to learn from")
    assert len(server.store.jobs.list(100, searches.KIND)) == before


def test_a_search_is_begun_and_cancelled_and_an_earlier_one_shown(page: Page, server: Server, ended: int) -> None:
    list(work.import_folder(server.store, SAMPLES))
    searched(page).get_by_label("File, kB at most").fill("30")
    page.get_by_label("Shapes to train").fill("5")
    page.get_by_role("button", name="Search for shapes").click()
    going = page.locator("#search .training")
    expect(going.locator("h3")).to_have_text("5 shapes within 30,000 bytes")
    job = server.store.jobs.list(1, searches.KIND)[0]
    assert (job.arguments["max_bytes"], job.arguments["trials"], job.arguments["teacher"]) == (30_000, 5, "embedded")
    going.get_by_role("button", name="Cancel").click()
    expect(going.locator(".state")).to_have_text("cancelled")
    page.locator("#search .earlier summary").click()
    page.locator(f'#search .others [data-job="{ended}"]').get_by_role("button", name="Show").click()
    expect(page.locator("#search tbody tr")).to_have_count(len(FOUND))
