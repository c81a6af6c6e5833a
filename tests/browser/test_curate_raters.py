"""Several raters, a rater who comes back, and a server that is killed while one is rating: in a real browser."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from store.db import Store
from tests.browser.conftest import WAIT_MS, Opener, Server
from tests.browser.rating import begin, current, fill, press, shown
from tests.browser.speaking import served


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


def test_a_rater_goes_on_where_they_left_off(desk: Page) -> None:
    press(desk, "s")
    shown(desk)
    clip = current(desk)
    desk.reload()
    shown(desk, clip)
    expect(desk.locator("#desk .who")).to_contain_text("Ada")
    expect(desk.locator("#desk .progress")).to_contain_text("1 today")


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_narrow_page(clips: list[str], opened: Opener, dark: bool) -> None:
    page = opened(dark)
    page.set_viewport_size({"width": 400, "height": 800})
    page.get_by_role("tab", name="Curate").click()
    begin(page, "Ada")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.locator("#desk .point").first.bounding_box()["width"] > 24  # type: ignore[index]


def test_a_killed_server_loses_nothing_and_doubles_nothing(context: BrowserContext, tmp_path: Path) -> None:
    page = context.new_page()
    with Store(tmp_path / "data") as store:
        fill(store, tmp_path)
        with served(tmp_path, 0, "") as (url, process):
            page.goto(url)
            begin(page, "Eve")
            press(page, "1 Enter")
            shown(page)
            process.kill()
            process.wait()
        press(page, "2 Enter 3 Enter")
        expect(page.locator(".desk .alert")).to_contain_text("2 decisions are kept in this browser")
        press(page, "4 Enter")
        with served(tmp_path, int(url.rsplit(":", 1)[1]), ""):
            until = time.monotonic() + WAIT_MS / 1000
            while len(store.corrections.recent("Eve", 100)) < 4 and time.monotonic() < until:
                page.wait_for_timeout(100)
            shown(page)
            assert [row.raw[0] for row in reversed(list(store.corrections.recent("Eve", 100)))] == [1, 2, 3, 4]
            assert store.corrections.count() == 4
            page.evaluate("localStorage.clear()")
            page.close()
