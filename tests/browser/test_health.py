"""The health of the data in a real browser: checked by the real worker, and each part shows its clips."""

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import Page, expect

from app.jobs import work
from app.models import TEACHER
from engine import plugins
from engine.sound.audio import read
from engine.types import Answer, Trace
from tests.browser.conftest import SAMPLES, Server

pytestmark = pytest.mark.usefixtures("emptied")


@pytest.fixture
def library(page: Page, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Samples that are labelled, and a quieter copy of one that is not."""
    list(work.import_folder(server.store, SAMPLES))
    spec = plugins.load("teachers", TEACHER).SPEC
    for number, clip in enumerate(server.store.clips.find()):
        adv = np.array([number / 10, 0.5, 0.9], np.float32)
        answer = Answer(TEACHER, adv, Trace(adv[None], 0.25, 2.0, 2.0), None, ((0.0, 1.0),), 2.0)
        server.store.labels.add(work.label_record(clip.id, spec, answer))
    copy = tmp_path_factory.mktemp("copies") / "calm-again.wav"
    sf.write(copy, 0.5 * read(SAMPLES / "calm.flac")[4000:], 16_000)
    work.keep(server.store, copy, copy.name)
    page.get_by_role("tab", name="Library").click()
    page.locator("#health summary").click()
    return page


def test_copies_are_found_and_shown_and_the_chip_lets_go(library: Page, server: Server) -> None:
    library.get_by_role("button", name="Check the sound").click()
    library.locator('#health [data-key="copies"]').click()
    rows = library.locator("#clips tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="calm")).to_have_count(2)
    expect(library.locator("#clips .chip")).to_contain_text("near-duplicates")
    library.get_by_role("button", name="Show more than near-duplicates").click()
    expect(rows).to_have_count(server.store.clips.count())
    expect(library.locator("#clips .chip")).to_be_hidden()
    expect(library.get_by_role("button", name="Check the sound")).to_have_count(0)


def test_a_bar_and_a_corner_show_their_clips_whatever_was_filtered(library: Page) -> None:
    rows = library.locator("#clips tbody tr")
    library.get_by_label("Filter by name").fill("furious")
    expect(rows).to_have_count(1)
    library.locator('#health [data-key="arousal:2"]').click()
    expect(rows).to_have_count(1)
    expect(library.locator("#clips .chip")).to_contain_text("arousal 0.10 to 0.15")
    expect(library.get_by_label("Filter by name")).to_have_value("")
    library.locator('#health [data-key="arousal-valence:0:2"]').click()
    expect(library.locator("#clips .chip")).to_contain_text("calm and pleasant")
    expect(rows).to_have_count(4)
    expect(library.locator('#health [data-key="arousal-valence:0:0"]')).to_be_disabled()
    expect(library.locator("#health")).to_contain_text("Few clips are")
