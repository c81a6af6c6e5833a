"""The Students tab in a real browser, with two students that were trained by the real chain."""

import shutil
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.training.train import train
from tests import classroom
from tests.browser.conftest import Server


@pytest.fixture(scope="module")
def trained(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The names of two students of the server's, the newer one first."""
    store, folder = server.store, tmp_path_factory.mktemp("class") / classroom.CORPUS
    classroom.fill(store, folder)
    for seed in (0, 1):
        spec = {**classroom.TINY["spec"], "seed": seed}
        job = classroom.claimed(store, {**classroom.TINY, "spec": spec})
        *_, last = train(store, classroom.order(passes=1), job.id)
        assert last.result is not None
        store.jobs.finish(job, last.result)
    second, first = (record.name for record in store.students.list()[:2])
    yield second, first
    store.students.make_live(None)
    for name in (second, first):
        record = store.students.get_by_name(name)
        if record is not None:
            store.students.delete(record.id)
    store.clips.delete([clip.id for clip in store.clips.find(limit=-1)])


@pytest.fixture
def tab(page: Page) -> Page:
    page.get_by_role("tab", name="Students").click()
    return page


def pick(page: Page, name: str) -> None:
    page.locator(f"#graduates tr[data-student='{name}']").click()
    expect(page.locator("#report h3")).to_have_text(name)


def test_a_student_is_looked_at_and_downloaded(tab: Page, trained: tuple[str, str]) -> None:
    name, _ = trained
    row = tab.locator(f"#graduates tr[data-student='{name}']")
    expect(row).to_contain_text("24 clips of 3 speakers")
    expect(row).to_contain_text("ridge 0.")
    pick(tab, name)
    for picture in ("scatter", "bland_altman"):
        tab.locator(f"#report [data-picture={picture}][data-drawn]").wait_for()
    expect(tab.locator("#report .parts").first).to_contain_text("corpus: class")
    expect(tab.locator("#report .gate")).to_contain_text("Passed the gate on 24 clips")
    with tab.expect_download() as begun:
        tab.locator("#report").get_by_role("link", name="Download the bundle").click()
    assert begun.value.suggested_filename == f"{name}.zip"
    with zipfile.ZipFile(begun.value.path()) as bundle:
        assert "student.onnx" in bundle.namelist()
    tab.get_by_label("Statistic").select_option("mae")
    assert tab.locator("#report .parts").first.locator("tr").nth(1).inner_text().count("[") == 3


def test_live_back_renamed_noted_and_deleted(tab: Page, trained: tuple[str, str], server: Server) -> None:
    newer, older = trained
    live = tab.locator("#graduates .lineage li.live")
    for name in (older, newer):
        pick(tab, name)
        tab.locator("#report").get_by_role("button", name="Make live").click()
        expect(live).to_have_text(name)
    tab.get_by_role("button", name=f"Roll back to {older}").click()
    expect(live).to_have_text(older)
    pick(tab, newer)
    note = tab.locator("#report").get_by_label("Note")
    note.fill("of a quiet room")
    note.blur()
    expect(tab.locator(f"#graduates tr[data-student='{newer}']")).to_contain_text("of a quiet room")
    renamed = tab.locator("#report").get_by_label("Name")
    renamed.fill("wav2small")
    renamed.blur()
    expect(tab.locator("#report .alert")).to_contain_text("comes with Etude")
    renamed.fill("quiet")
    renamed.blur()
    expect(tab.locator("#report h3")).to_have_text("quiet")
    record = server.store.students.get_by_name("quiet")
    assert record is not None
    assert (server.store.folder / record.file).exists()
    tab.locator("#report").get_by_role("button", name="Delete…").click()
    tab.locator("#report").get_by_role("button", name="Delete it and its files?").click()
    expect(tab.locator("#graduates tr[data-student='quiet']")).to_have_count(0)
    assert not (server.store.folder / record.file).exists()


def test_a_student_whose_files_are_lost_is_still_shown(tab: Page, trained: tuple[str, str], server: Server) -> None:
    _, older = trained
    shutil.move(server.store.folder / "students", server.store.folder / "elsewhere")
    try:
        pick(tab, older)
        expect(tab.locator("#report [data-picture]")).to_have_count(0)
    finally:
        shutil.move(server.store.folder / "elsewhere", server.store.folder / "students")


def test_nothing_is_wider_than_a_narrow_page(tab: Page, trained: tuple[str, str]) -> None:
    tab.set_viewport_size({"width": 420, "height": 900})
    pick(tab, trained[1])
    tab.locator("#report [data-picture=scatter][data-drawn]").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 420
