"""The Listen tab in a real browser."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from playwright.sync_api import BrowserContext, Page, expect

from app.tabs.listen import NO_SPEECH
from engine.sound.audio import read
from engine.types import SAMPLE_RATE
from tests.browser.conftest import SAMPLES, Opener, Server, drawn
from tests.browser.speaking import BLOCK, assert_whole, likeness, speaking

RECORDED_S = 2.0
FIGURE = "#listen .figure"


def lines(page: Page) -> list[dict[str, Any]]:
    """What Plotly has drawn in the strips: a line each."""
    found: list[dict[str, Any]] = page.eval_on_selector(
        FIGURE, "figure => figure.data.slice(1).map(({ name, x, y, line }) => ({ name, x, y, line }))"
    )
    return found


def assert_both_traces(page: Page) -> None:
    found = lines(page)
    assert [line["name"] for line in found] == [
        f"{axis}, {who}" for axis in ("Arousal", "Dominance", "Valence") for who in ("teacher", "student")
    ]
    assert [line["line"]["dash"] for line in found] == ["solid", "dot"] * 3
    for line in found:
        stated = [value for value in line["y"] if value is not None]
        assert stated
        assert all(0 <= value <= 1 for value in stated)
        assert len(line["x"]) == len(line["y"])
    paths = page.locator(f"{FIGURE} .scatterlayer path.js-line")
    assert sum(bool(path.get_attribute("d")) for path in paths.all()) >= len(found)


def give(page: Page, path: Path) -> None:
    page.locator("#listen input[type=file]").set_input_files(path)


def test_a_stranger_sees_a_sample_heard_by_both_at_once(page: Page) -> None:
    assert_both_traces(page)
    expect(page.locator("#listen .caution")).to_contain_text("not what this person feels")
    expect(page.locator("#listen .card")).to_have_count(2)
    expect(page.locator("#listen .card.teacher")).to_contain_text("Licence")
    expect(page.locator("#listen .badges").first).to_contain_text("real time")
    expect(page.locator(".private")).to_contain_text("data stay on this machine")


def test_a_sample_is_called_synthetic(page: Page) -> None:
    page.get_by_role("button", name="Weary").click()
    drawn(page, "#listen", "Weary")
    expect(page.locator("#listen .player > header")).to_contain_text("synthetic")
    assert_both_traces(page)


def test_an_uploaded_file_is_heard_and_not_kept(page: Page, files: Path, server: Server) -> None:
    give(page, files / "voice.wav")
    drawn(page, "#listen", "voice")
    assert_both_traces(page)
    assert server.store.clips.count() == 0
    left = [path.name for path in server.temporary.rglob("*") if path.is_file()]
    assert all(name.endswith(".flac") and len(name) == 37 for name in left), left


def test_a_dropped_file_is_heard(page: Page, files: Path) -> None:
    content = list((files / "voice.wav").read_bytes())
    transfer = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "dropped.wav"));
            return transfer;
        }""",
        content,
    )
    page.dispatch_event("#listen .drop", "drop", {"dataTransfer": transfer})
    drawn(page, "#listen", "dropped")
    assert_both_traces(page)


def test_the_microphone_is_recorded_whole_and_untouched(
    context: BrowserContext, spoken: Path, server: Server, tmp_path: Path
) -> None:
    assert context.browser is not None
    with speaking(context.browser, server.url, tapped=True) as page:
        page.get_by_role("tab", name="Listen").click()
        button = page.locator("#listen .record")
        button.click()
        page.wait_for_function(
            "seconds => Number(document.querySelector('.record').textContent.split(':')[1]) >= seconds", arg=RECORDED_S
        )
        button.click()
        drawn(page, "#listen", "Recording")
        assert_both_traces(page)
        source = page.locator("#listen audio").get_attribute("src")
        (tmp_path / "heard.flac").write_bytes(page.request.get(f"{server.url}{source}").body())
        heard = read(tmp_path / "heard.flac")
        assert len(heard) >= RECORDED_S * SAMPLE_RATE
        assert_whole(page, heard)
    assert likeness(heard[SAMPLE_RATE : SAMPLE_RATE + BLOCK], read(spoken)) > 0.5


@pytest.mark.parametrize("name", ["broken.wav", "words.txt"])
def test_a_wrong_file_is_a_sentence_and_the_last_result_stays(
    page: Page, files: Path, opened: Opener, name: str
) -> None:
    before = page.locator("#listen h3").inner_text()
    give(page, files / name)
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text(name)
    assert "Traceback" not in alert.inner_text()
    assert page.locator("#listen h3").inner_text() == before
    expect(page.locator("#listen .working")).to_be_hidden()
    # the browser reports the refusal's status 422 as an error; it is what this test is about
    opened.failed[:] = [line for line in opened.failed if "422" not in line]


def test_nobody_speaking_is_said_in_words(page: Page, files: Path) -> None:
    give(page, files / "noise.wav")
    drawn(page, "#listen", "noise")
    expect(page.locator("#listen .notes")).to_contain_text(NO_SPEECH)
    assert all(value is None for line in lines(page) for value in line["y"])


def test_what_is_kept_is_in_the_library(page: Page, server: Server) -> None:
    page.get_by_role("button", name="Worried").click()
    drawn(page, "#listen", "Worried")
    page.get_by_role("button", name="Keep in library").click()
    expect(page.get_by_role("button", name="Kept in library")).to_be_disabled()
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#clips")).to_contain_text("Worried")
    server.store.clips.delete([clip.id for clip in server.store.clips.find()])


def test_playing_moves_the_playhead_and_the_numbers(page: Page) -> None:
    place = "() => document.querySelector('#listen .playhead').style.transform"
    start = page.evaluate(place)
    page.locator("#listen .speed").select_option("2")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("start => document.querySelector('#listen .playhead').style.transform !== start", arg=start)
    expect(page.locator("#listen .values caption")).to_contain_text("At ")
    assert page.eval_on_selector("#listen audio", "audio => audio.playbackRate") == 2
    page.wait_for_function("document.querySelector('#listen audio').ended")
    expect(page.locator("#listen .values caption")).to_have_text("Whole clip")


def test_a_click_on_the_plot_seeks(page: Page) -> None:
    page.locator(f"{FIGURE} .nsewdrag").last.click()
    page.wait_for_function(
        """() => {
            const audio = document.querySelector("#listen audio");
            return Math.abs(audio.currentTime - audio.duration / 2) < 0.1;
        }"""
    )


def test_space_plays_and_brackets_change_the_speed(page: Page) -> None:
    page.get_by_role("button", name="Weary").click()
    drawn(page, "#listen", "Weary")
    page.keyboard.press("]")
    expect(page.locator("#listen .speed")).to_have_value("1.25")
    page.keyboard.press(" ")
    page.wait_for_function("!document.querySelector('#listen audio').paused")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('#listen audio').paused")


def test_long_work_is_cancelled(page: Page, tmp_path: Path) -> None:
    voice = np.concatenate([read(path) for path in sorted(SAMPLES.glob("*.flac"))])
    sf.write(tmp_path / "long.flac", np.tile(voice, 1 + 9 * 60 * 16_000 // len(voice))[: 9 * 60 * 16_000], 16_000)
    before = page.locator("#listen h3").inner_text()
    give(page, tmp_path / "long.flac")
    expect(page.locator("#listen .working")).to_contain_text("Listening")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#listen .working")).to_be_hidden()
    assert page.locator("#listen h3").inner_text() == before
    page.get_by_role("button", name="Calm").click()
    drawn(page, "#listen", "Calm")


def test_another_teacher_answers_at_once(page: Page) -> None:
    page.get_by_text("Choose teacher and student").click()
    page.get_by_label("Teacher").click()
    page.get_by_role("option", name="loudness").click()
    expect(page.locator("#listen .card.teacher")).to_contain_text("Loudness")
    assert_both_traces(page)


def test_the_plot_follows_light_and_dark(page: Page) -> None:
    assert lines(page)[0]["line"]["color"].upper() == "#D55E00"
    page.get_by_role("button", name="Light or dark").click()
    page.wait_for_function(f"document.querySelector('{FIGURE}').data[1].line.color.toUpperCase() === '#F08A4B'")
    assert page.eval_on_selector(FIGURE, "figure => figure.layout.paper_bgcolor") == "transparent"


@pytest.mark.parametrize("dark", [False, True])
def test_no_width_overflows_and_the_figure_follows(opened: Opener, dark: bool) -> None:
    page = opened(dark=dark)
    for width in (390, 800, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        for tab in ("Library", "Listen"):
            page.get_by_role("tab", name=tab).click()
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.wait_for_function(
            f"""() => {{
                const figure = document.querySelector("{FIGURE}");
                return figure.clientWidth && figure.querySelector(".main-svg").clientWidth === figure.clientWidth;
            }}"""
        )
        player = page.locator("#listen .player").bounding_box()
        assert player is not None
        assert player["width"] <= 1280
