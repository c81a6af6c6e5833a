"""A login at the page's door: who has passed it speaks, and one that is started again only wants another login."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import FLAGS, WAIT_MS
from tests.browser.speaking import chromium, record, recorded, served


def log_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("username").fill("ada")
    page.get_by_label("password").fill("open sesame")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("tab", name="Live")).to_be_visible()


def test_who_has_logged_in_speaks(
    context: BrowserContext, spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETUDE_LOGIN", "ada:open sesame")
    microphone = f"--use-file-for-fake-audio-capture={spoken}"
    with chromium(context, *FLAGS, microphone) as browser, served(tmp_path, 0, "") as (url, process):
        pages = browser.new_context()
        pages.set_default_timeout(WAIT_MS)
        page = pages.new_page()
        log_in(page, url)
        page.get_by_role("tab", name="Live").click()
        record(page)
        recorded(page, 1)
        expect(page.locator("#live .values .arousal .student")).not_to_have_text("–")
        process.kill()
        process.wait()
        with served(tmp_path, int(url.rsplit(":", 1)[1]), ""):
            expect(page.locator("#live .alert")).to_contain_text("wants a login")
            log_in(pages.new_page(), url)
            expect(page.locator("#live .note")).to_contain_text("no sound was missed")
