"""The comparison in a real browser: it comes by itself, a student is tried, goes live, and the old one comes back."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import models
from app.students import comparisons
from engine.onnx_model import ASSETS, contract
from engine.types import StudentSpec
from store.db import Store
from store.records import StudentRecord
from tests import classroom
from tests.browser.conftest import WORK_MS, Server, drawn

NAME = "lent-1"


@pytest.fixture
def trained(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The server's library with ten speakers, and a second student, whose comparison the server's worker makes."""
    store = server.store
    classroom.fill(store, tmp_path_factory.mktemp("class") / classroom.CORPUS)
    (store.folder / "students").mkdir(exist_ok=True)
    file = shutil.copy(ASSETS / "wav2small.onnx", store.folder / "students" / f"{NAME}.onnx")
    passed = {**contract(ASSETS / "wav2small.onnx"), "gate": {"passed": True}}  # as an export of it states
    Path(file).with_suffix(".json").write_text(json.dumps(passed))
    spec, kept = StudentSpec("wav2small"), f"students/{NAME}.onnx"
    metrics = {"teacher": "loudness"}
    student = StudentRecord(name=NAME, spec=spec, data_fingerprint="", metrics=metrics, file=kept, licence="")
    made = store.students.add(student)
    comparisons.ask(store, NAME)  # as a training does when it ends
    yield store
    store.students.make_live(None)
    store.students.delete(made)
    for job in store.jobs.list(1000):
        store.jobs.cancel(job.id)
    store.clips.delete([clip.id for clip in store.clips.find(limit=-1)])


def test_a_new_student_is_compared_tried_goes_live_and_the_old_one_is_kept(page: Page, trained: Store) -> None:
    page.get_by_role("tab", name="Train").click()
    panel = page.locator("#comparison .panel")
    expect(panel.locator("h3")).to_have_text(f"{NAME} beside {models.STUDENT}")  # without a click
    expect(panel.locator(".advice")).to_be_visible(timeout=WORK_MS)
    job = comparisons.newest(trained)
    assert job is not None
    assert panel.locator(".forest tbody tr").count() >= 2
    panel.locator(".changed .play").first.click()
    page.set_viewport_size({"width": 420, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.set_viewport_size({"width": 1280, "height": 900})

    panel.get_by_role("button", name="Try it").click()
    expect(page.locator(".tried")).to_contain_text(f"You hear {NAME}; live is {models.STUDENT}.")
    drawn(page, "#listen")
    page.get_by_role("button", name=f"Back to {models.STUDENT}").click()
    expect(page.locator(".tried")).to_be_hidden()

    page.get_by_role("tab", name="Train").click()
    panel.get_by_role("button", name="Go live", exact=True).click()
    if job.result["verdict"] == "worse":
        panel.get_by_role("button", name="Go live all the same").click()
    expect(panel.locator(".is-live")).to_have_text(f"{NAME} is live.")
    assert models.live(trained) == NAME
    panel.get_by_role("button", name=f"Go back to {models.STUDENT}").click()
    expect(panel.get_by_text(f"{models.STUDENT} stays live. Show the comparison")).to_be_visible()
    assert models.live(trained) == models.STUDENT
