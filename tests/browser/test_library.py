"""The Library tab in a real browser, its jobs done by the real worker."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import Page, expect

from app.library.shelf import PAGE
from app.tabs.library import UNLABELLED
from engine.sound.audio import read
from tests.browser.conftest import SAMPLES, Opener, Server, drawn

pytestmark = pytest.mark.usefixtures("emptied")

MANY = 400  # files: more than are imported before somebody presses Cancel
VOICES = sorted(SAMPLES.glob("*.flac"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of sample clips and two files that are no sound."""
    corpus = tmp_path / "corpus"
    for voice in VOICES:
        (corpus / "ada").mkdir(parents=True, exist_ok=True)
        sf.write(corpus / "ada" / f"{voice.stem}.wav", read(voice), 16_000)
    (corpus / "broken.wav").write_bytes(b"RIFF and nothing else")
    (corpus / "empty.flac").touch()
    return corpus


@pytest.fixture
def library(page: Page) -> Page:
    page.get_by_role("tab", name="Library").click()
    return page


def bring(page: Page, folder: Path) -> None:
    page.get_by_label("Folder on this machine").fill(str(folder))
    page.get_by_role("button", name="Import folder").click()


def newest(page: Page, state: str) -> None:
    expect(page.locator("#importer .importer > .jobs .job").first).to_have_class(f"job {state}")


def imported(page: Page, folder: Path, counts: str) -> None:
    """Import a folder, and wait until this import, not one that was there before, has said `counts`."""
    bring(page, folder)
    job = page.locator("#importer .importer > .jobs .job").first
    expect(job.locator(".of")).to_have_attribute("title", str(folder))
    expect(job).to_contain_text(counts)
    newest(page, "done")


def test_an_import_says_what_was_refused_and_why(library: Page, folder: Path) -> None:
    imported(library, folder, f"{len(VOICES)} added, 0 already there, 2 refused")
    library.get_by_text("2 refused, and why").first.click()
    refusals = library.locator("#importer details").first
    expect(refusals).to_contain_text("broken.wav")
    expect(refusals).to_contain_text("empty.flac")
    expect(library.locator("#clips tbody tr")).to_have_count(len(VOICES))


def test_importing_twice_changes_nothing(library: Page, folder: Path, server: Server) -> None:
    imported(library, folder, f"{len(VOICES)} added")
    before = server.store.clips.find()
    imported(library, folder, f"0 added, {len(VOICES)} already there")
    assert server.store.clips.find() == before


def test_a_folder_that_is_not_there_is_a_sentence(library: Page, tmp_path: Path) -> None:
    bring(library, tmp_path / "nowhere")
    newest(library, "failed")
    expect(library.locator("#importer .job").first).to_contain_text("nowhere")
    assert "Traceback" not in library.locator("#importer").inner_text()


def test_clips_are_filtered_and_paged(library: Page, tmp_path: Path) -> None:
    for number in range(PAGE + 3):
        samples = np.random.default_rng(number).normal(0, 0.1, 8000)
        sf.write(tmp_path / f"tone{number:02}.wav", samples, 16_000)
    imported(library, tmp_path, f"{PAGE + 3} added")
    rows = library.locator("#clips tbody tr")
    expect(rows).to_have_count(PAGE)
    library.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(3)
    library.get_by_label("Filter by name").fill("tone03")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("tone03")


def test_a_clip_is_labelled_picked_and_played(library: Page, folder: Path) -> None:
    imported(library, folder, "added")
    library.locator("#clips tbody tr", has_text="calm.wav").click()
    drawn(library, "#inspector", "calm")
    expect(library.locator("#inspector .notes")).to_contain_text(UNLABELLED)
    library.get_by_role("button", name="Label with the teacher").click()
    expect(library.locator("#importer .job", has_text="Label with").first).to_contain_text(f"{len(VOICES)} labelled")
    expect(library.locator("#importer .job").first).to_contain_text("Find doubtful labels")
    expect(library.locator("#clips .bars")).to_have_count(len(VOICES))
    library.locator("#clips tbody tr", has_text="furious.wav").click()
    drawn(library, "#inspector", "furious")
    names = library.eval_on_selector("#inspector .figure", "figure => figure.data.slice(1).map(({ name }) => name)")
    assert names == ["Arousal, teacher", "Dominance, teacher", "Valence, teacher"]
    library.locator("#inspector .play").click()
    library.wait_for_function("document.querySelector('#inspector audio').currentTime > 0.2")


def test_deleting_is_asked_twice(library: Page, folder: Path, server: Server) -> None:
    imported(library, folder, "added")
    library.get_by_label("Select ada/calm.wav").check()
    library.get_by_role("button", name="Delete 1").click()
    library.get_by_role("button", name="Keep them").click()
    assert server.store.clips.count() == len(VOICES)
    library.get_by_role("button", name="Delete 1").click()
    library.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(library.locator("#clips tbody tr")).to_have_count(len(VOICES) - 1)
    assert "ada/calm.wav" not in [clip.name for clip in server.store.clips.find()]


def test_a_second_page_sees_the_job_and_cancels_it(opened: Opener, tmp_path: Path, server: Server) -> None:
    for number in range(MANY):
        sf.write(tmp_path / f"{number}.wav", np.random.default_rng(number).normal(0, 0.1, 160_000), 16_000)
    first, second = opened(), opened()
    for page in (first, second):
        page.get_by_role("tab", name="Library").click()
    bring(first, tmp_path)
    newest(second, "running")
    second.locator("#importer").get_by_role("button", name="Cancel").click()
    newest(first, "cancelled")
    assert server.store.jobs.list(1)[0].state == "cancelled"
    first.reload()
    first.get_by_role("tab", name="Library").click()
    newest(first, "cancelled")
