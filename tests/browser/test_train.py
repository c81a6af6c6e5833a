"""The Train tab in a real browser, with trainings by the real worker."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from store.db import Store
from tests import classroom
from tests.browser.conftest import WORK_MS, Opener, Server

STATE = re.compile("running")


@pytest.fixture(scope="module")
def filled(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The server's library with ten speakers in it, from the first test on that wants them."""
    classroom.fill(server.store, tmp_path_factory.mktemp("class") / classroom.CORPUS)
    yield server.store
    server.store.clips.delete([clip.id for clip in server.store.clips.find(limit=-1)])


@pytest.fixture
def taught(filled: Store) -> Iterator[Store]:
    """The same; no job of a test goes on after it."""
    yield filled
    for job in filled.jobs.list(1000):
        filled.jobs.cancel(job.id)


@pytest.fixture
def tab(page: Page) -> Page:
    return opened_tab(page)


def opened_tab(page: Page) -> Page:
    page.get_by_role("tab", name="Train").click()
    return page


def order(page: Page, passes: int, versions: int = 2) -> None:
    """Ask for a tiny student of the teacher without weights; more versions make each pass last."""
    form = page.locator("#train .order")
    unfold(page)
    form.get_by_label("Teacher").select_option("loudness")
    for label, value in (
        ("Size", 4),
        ("Versions of each clip", versions),
        ("Passes at most", passes),
        ("Processes", 1),
    ):
        form.get_by_label(label).fill(str(value))
    form.get_by_label("Begin with nothing").check()  # or it may be as good as it gets within seconds
    form.get_by_role("button", name="Train a student").click()


def unfold(page: Page) -> None:
    """Open the drawer, unless it is open."""
    if page.locator("#train .order details").get_attribute("open") is None:
        page.locator("#train .order summary").click()


def points(page: Page, more_than: int) -> int:
    """Wait until the curve has more points; gives how many."""
    counted = "Number(document.querySelector('#train .curves .figure')?.data?.at(-1).x.length ?? 0)"
    page.wait_for_function(f"{counted} > {more_than}", timeout=WORK_MS)
    return int(page.evaluate(counted))


def test_without_clips_nothing_can_be_started(tab: Page) -> None:
    expect(tab.locator("#train .doubt")).to_contain_text("import recordings of more people")
    expect(tab.get_by_role("button", name="Train a student")).to_be_disabled()


def test_curves_move_a_second_page_sees_them_and_cancels(opened: Opener, taught: Store) -> None:
    first, second = opened_tab(opened()), opened_tab(opened())
    expect(first.locator("#train .facts")).to_contain_text("56 clips to learn from")
    expect(first.locator("#train .doubt")).to_contain_text("very little")
    order(first, 5000, versions=20)
    expect(first.locator("#train .training")).to_have_class(STATE, timeout=WORK_MS)
    before = points(first, 0)
    points(first, before)
    names = first.eval_on_selector("#train .curves .figure", "figure => figure.data.map(({ name }) => name)")
    assert names == ["Arousal", "Dominance", "Valence", "Loss"]
    points(second, before)
    first.reload()
    opened_tab(first)
    points(first, before)
    expect(first.locator("#train .stages .now")).to_contain_text("Distil")
    second.locator("#train .training").get_by_role("button", name="Cancel").click()
    for page in (first, second):
        expect(page.locator("#train .training")).to_have_class("training cancelled")
        expect(page.locator("#train .training").get_by_role("button", name="Cancel")).to_be_hidden()
    assert taught.jobs.list(1)[0].state == "cancelled"


def test_the_same_again_is_recognised(tab: Page, taught: Store) -> None:
    made = len(taught.students.list())
    order(tab, 1)
    expect(tab.locator("#train .training")).to_have_class(STATE, timeout=WORK_MS)
    expect(tab.locator("#train .training")).to_have_class("training done", timeout=WORK_MS)
    name = taught.students.list()[0].name
    assert len(taught.students.list()) == made + 1
    expect(tab.locator("#train .estimate")).to_contain_text(f"trained before: {name}")


def test_what_cannot_be_is_a_sentence(tab: Page, taught: Store) -> None:
    form = tab.locator("#train .order")
    unfold(tab)
    expect(form.get_by_label("Backbone")).to_be_hidden()
    form.get_by_label("Student").select_option("timm")
    form.get_by_label("Backbone").fill("no such network")
    order(tab, 1)
    expect(tab.locator("#train .training")).to_have_class("training failed", timeout=WORK_MS)
    expect(tab.locator("#train .training .message")).to_contain_text("no such network")
    assert "Traceback" not in tab.locator("#train").inner_text()


def test_nothing_is_wider_than_a_narrow_page(tab: Page, taught: Store) -> None:
    tab.set_viewport_size({"width": 420, "height": 900})
    expect(tab.locator("#train .facts")).to_contain_text("clips to learn from")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 420
