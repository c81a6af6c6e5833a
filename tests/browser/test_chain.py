"""One button: a training that goes on without its page, is cancelled by a second viewer, resumed, and downloaded."""

import re
import time
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from store.db import Store
from tests import classroom
from tests.browser.conftest import WORK_MS, Opener, Server
from tests.browser.test_train import opened_tab, order, points


@pytest.fixture
def taught(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The server's library with ten speakers in it; no job of the test goes on after it."""
    classroom.fill(server.store, tmp_path_factory.mktemp("class") / classroom.CORPUS)
    yield server.store
    for job in server.store.jobs.list(1000):
        server.store.jobs.cancel(job.id)
    server.store.clips.delete([clip.id for clip in server.store.clips.find(limit=-1)])


def training(page: Page, state: str) -> None:
    """Wait until the training is in that state."""
    expect(page.locator("#train .training")).to_have_class(f"training {state}", timeout=WORK_MS)


def further(store: Store, job_id: int) -> None:
    """Wait until a training has learnt more; what the page draws of a long curve does not grow."""
    learnt = store.curves.get(job_id)[-1].passes  # what a checkpoint had not kept is learnt again
    until = time.monotonic() + WORK_MS / 1000
    while store.curves.get(job_id)[-1].passes <= learnt:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_it_goes_on_without_its_page_is_cancelled_by_another_and_resumed(opened: Opener, taught: Store) -> None:
    first = opened_tab(opened())
    expect(first.locator("#train .facts")).to_contain_text("CC0-1.0 (80)")
    expect(first.locator("#train .estimate")).to_contain_text(re.compile("^About .* on this machine"))
    expect(first.locator("#train .order details")).not_to_have_attribute("open", "")
    order(first, 5000, versions=20)  # so that patience does not end it before it is cancelled, or resumed
    training(first, "running")
    first.close()
    second = opened_tab(opened())
    points(second, 0)
    expect(second.locator("#train .badges")).to_contain_text("left")
    (job,) = taught.jobs.list(1, "train")
    further(taught, job.id)
    second.locator("#train .training").get_by_role("button", name="Cancel").click()
    training(second, "cancelled")
    expect(second.locator("#train .training .message")).to_contain_text("kept for 7 more days")
    second.locator("#train .training").get_by_role("button", name="Resume").click()
    training(second, "running")
    further(taught, job.id)
    second.locator("#train .log summary").click()
    expect(second.locator("#train .log")).to_contain_text("voices to learn from")


def test_the_student_is_downloaded_where_it_was_trained(opened: Opener, taught: Store) -> None:
    page = opened_tab(opened())
    order(page, 1)
    expect(page.locator("#train .training")).to_have_class("training done", timeout=WORK_MS)
    expect(page.locator("#train .stages .done")).to_have_count(8)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download the student").click()
    with zipfile.ZipFile(begun.value.path()) as bundle:
        assert "student.onnx" in bundle.namelist()
