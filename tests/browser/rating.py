"""The desk as a rater uses it: clips to rate, keys to press, and what the store has of it."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from playwright.sync_api import Page

from app.jobs import work
from app.models import TEACHER
from engine import plugins
from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.types import Answer, Trace
from store.db import Store
from store.records import DoubtRecord

VOICES = sorted((ASSETS / "samples").glob("*.flac"))
CALLS = count()
TOLD = (0.1234, 0.4567, 0.7891)  # what the teacher says of every clip


def fill(store: Store, folder: Path) -> list[str]:
    """The samples, labelled, in an order of doubt; gives their ids in that order. No two calls give the same clips."""
    spec, ids, gain = plugins.load("teachers", TEACHER).SPEC, [], 0.5 + 0.01 * next(CALLS)
    for path in VOICES:
        samples = gain * audio.read(path)
        length = len(samples) / 16_000
        sf.write(folder / "voice.wav", samples, 16_000, "FLOAT")
        adv = np.array(TOLD, np.float32)
        answer = Answer(TEACHER, adv, Trace(np.stack([adv] * 4), 0.25, 2.0, length), None, ((0.0, 1.0),), length)
        ids.append(work.keep(store, folder / "voice.wav", path.stem, [(spec, answer)]))
    parts = {"student:valence": 0.9}
    store.doubts.replace(DoubtRecord(clip_id=each, doubt=1 - n / 20, parts=parts) for n, each in enumerate(ids))
    return ids


def begin(page: Page, rater: str, blind: bool = False) -> None:
    page.get_by_role("tab", name="Curate").click()
    page.get_by_label("Who is rating?").fill(rater)
    if blind:
        page.get_by_role("checkbox", name="Blind first").check()
    page.get_by_role("button", name="Begin").click()
    shown(page)


def shown(page: Page, clip: str = "") -> None:
    """Wait until a clip, or that one, is drawn, and everything before it is kept."""
    page.wait_for_function(
        """(clip) => {
            const { drawn, waiting } = document.querySelector(".desk")?.dataset ?? {};
            return drawn && (!clip || drawn === clip) && waiting === "0";
        }""",
        arg=clip,
    )


def current(page: Page) -> str:
    return str(page.locator(".desk").get_attribute("data-clip"))


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def playing(page: Page) -> None:
    page.wait_for_function(
        "(() => { const a = document.querySelector('#desk audio'); return !a.paused && a.currentTime > 0.1; })()"
    )


def said(store: Store, rater: str = "Ada") -> list[tuple[str, Any]]:
    return [(row.verdict, row.raw) for row in reversed(store.corrections.recent(rater, 100))]
