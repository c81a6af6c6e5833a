"""Labels out of the page and in again, and ratings from elsewhere, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.jobs import work
from store.records import CorrectionRecord
from tests.browser.conftest import SAMPLES, Opener, Server

pytestmark = pytest.mark.usefixtures("emptied")
OUTCOME = "#exchange .outcome"


@pytest.fixture
def exchange(page: Page, server: Server, opened: Opener) -> Iterator[Page]:
    list(work.import_folder(server.store, SAMPLES))
    page.get_by_role("tab", name="Library").click()
    page.locator("#exchange summary").first.click()
    yield page
    opened.failed[:] = [line for line in opened.failed if "422" not in line]  # a refusal, which the page tells


def drop(page: Page, name: str, content: str) -> None:
    """Drop a file onto the zone, as a person does."""
    page.evaluate(
        """([name, content]) => {
            const held = new DataTransfer();
            held.items.add(new File([content], name));
            const dropped = new DragEvent("drop", { dataTransfer: held, bubbles: true });
            document.querySelector("#exchange .drop").dispatchEvent(dropped);
        }""",
        [name, content],
    )


def test_ratings_from_elsewhere_need_a_scale_and_say_what_was_refused(exchange: Page, server: Server) -> None:
    drop(exchange, "gold.csv", "file,act\ncalm.wav,7\nfurious.wav,8\nnobody.wav,1\n")
    expect(exchange.locator(OUTCOME)).to_contain_text("from where to where its ratings go")
    for label, text in (("Scale from", "1"), ("to", "7"), ("Arousal is called", "act"), ("Rater", "ada")):
        exchange.locator("#exchange").get_by_label(label, exact=True).fill(text)
    exchange.get_by_role("button", name="Take it in now").click()
    expect(exchange.locator(OUTCOME)).to_contain_text("corrections: 1; already there: 0; refused: 2.")
    exchange.get_by_text("2 refused, and why").click()
    refused = exchange.locator("#exchange li")
    expect(refused).to_have_count(2)
    expect(refused.first).to_contain_text("line 3 act is 8, and the scale goes from 1 to 7.")
    (said,) = [
        each for several in server.store.corrections.ratings().values() for each in several if each.rater == "ada"
    ]
    assert (said.adv, said.blind, said.shown) == ((1, None, None), True, "import")


def test_what_is_downloaded_comes_in_again(exchange: Page, server: Server, tmp_path: Path) -> None:
    clip = server.store.clips.find()[0]
    kept = server.store.corrections.add(CorrectionRecord(clip_id=clip.id, rater="bo", verdict="reject", note="a, b\n"))
    server.store.corrections.undo(kept.id, "bo")
    exchange.get_by_label("Format").select_option("jsonl")
    with exchange.expect_download() as loading:
        exchange.locator("#exchange").get_by_role("link", name="Download").click()
    assert loading.value.suggested_filename == "etude-labels-jsonl.jsonl"
    loading.value.save_as(tmp_path / "labels.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text().splitlines()]
    assert [row["note"] for row in rows if row["clip_id"] == clip.id and row["by"] == "bo"] == ["a, b\n"] * 2
    before = server.store.corrections.count()
    exchange.locator("#exchange input[type=file]").set_input_files(tmp_path / "labels.jsonl")
    expect(exchange.locator(OUTCOME)).to_contain_text("corrections: 0; already there:")
    assert server.store.corrections.count() == before


def test_a_file_of_another_kind_is_a_sentence(exchange: Page) -> None:
    drop(exchange, "song.mid", "MThd")
    expect(exchange.locator(OUTCOME)).to_contain_text("none of the formats")
