"""Where a student's bits go, in a real browser; one measuring is stopped, another one's result is drawn."""

import re

from playwright.sync_api import Page, expect

from app.tabs import bits
from tests.browser.conftest import Server

FOUND = {
    "student": "wav2small", "on": "clips", "n": 8, "grids": ["8 bits in rows", "4 bits in blocks of 32"],
    "layers": [
        {"name": "first", "weights": 1200, "ccc_to_fp32": [[0.999, 1.0, 1.0], [0.98, 0.99, 1.0]]},
        {"name": "out", "weights": 48, "ccc_to_fp32": [[1.0, 1.0, 1.0], [0.995, 1.0, 1.0]]},
    ],
    "front": [{"bytes": 1248, "ccc_to_fp32": [0.999, 0.999, 0.999], "bits": [8.0, 4.0]}],
}  # fmt: skip


def test_a_button_measures_and_bars_are_drawn(page: Page, server: Server) -> None:
    page.get_by_role("tab", name="Students").click()
    box = page.locator("#bits")
    box.get_by_role("button", name="Where its bits go").click()
    box.get_by_role("button", name="Cancel").click()
    expect(box.locator(".message")).to_have_text("Cancelled.")
    assert server.store.jobs.list(1, bits.KIND)[0].state == "cancelled"
    with server.store._connections.writing():  # so that the worker never sees it waiting
        done = server.store.jobs.claim("test", server.store.jobs.add(bits.KIND, {"student": "wav2small"}))
        assert done is not None
        server.store.jobs.finish(done, FOUND)
    box.get_by_label("Student to measure").select_option("wav2small")
    expect(box.locator("tbody tr")).to_have_count(2)
    expect(box.locator("tbody tr").first).to_contain_text(re.compile("first.*1,200.*0.0010.*0.0200.*8"))
    bars = box.locator("tbody tr").first.locator(".bar i")
    widths = [bars.nth(place).evaluate("bar => bar.getBoundingClientRect().width") for place in (0, 1)]
    assert abs(widths[1] / widths[0] - 20) < 1
    page.set_viewport_size({"width": 420, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
