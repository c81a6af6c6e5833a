"""The Live tab measured in headless Chromium that hears the samples: `python -m tests.bench.livepage [--seconds 10]`.

Samples lost, by number and by where in the microphone's file each half second lies: idle, with Python slowed to .35 s a
hop, and while a student trains. Milliseconds from a hop's arrival in the page until its answer is painted, its request
and the student's part of it apart. Seconds from navigation of a cold page to the first live point, and from another
student's choice to its first answer.
"""

import argparse
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soundfile as sf
from playwright.sync_api import Browser, Page, sync_playwright
from scipy.signal import correlate

from engine.sound.audio import read
from engine.types import SAMPLE_RATE, Floats
from store.db import Store
from tests import classroom
from tests.bench.latency import ORDER, learns
from tests.browser.conftest import FLAGS, SAMPLES
from tests.browser.speaking import BLOCK, GATHERED, SLOWED, record, recorded, served, stopped

NOTES = "addEventListener('painted', ({ detail }) => (window.told ??= []).push({ ...detail, at: performance.now() }))"
WARM = 20  # hops that are not counted
ROUNDS = 3
BLOCKS = 12


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(GATHERED + NOTES)
    page.goto(url)
    page.get_by_role("tab", name="Live").click()
    record(page)
    return page


def cold_s(browser: Browser, url: str) -> float:
    """Seconds from navigation to the first painted point."""
    page = opened(browser, url)
    first = page.wait_for_function("window.told?.find(({ points }) => points)?.at").json_value()
    page.context.close()
    return float(first) / 1000


def swap_s(browser: Browser, url: str) -> float:
    """Seconds from the choice of another student, which nobody has opened yet, until it answers."""
    page = opened(browser, url)
    recorded(page, 3)
    began = time.perf_counter()
    page.get_by_label("Student").select_option("wav2small")
    page.locator("#live .live-player[data-student=wav2small]").wait_for()
    took = time.perf_counter() - began
    page.context.close()
    return took


def places(heard: Floats, said: Floats) -> list[int]:
    """Where in the microphone's file the recording begins, as half seconds of it tell, first and last among them.

    A half second is like no other, so it tells where in the file it was: if all begin at the same place, nothing
    between them is missing, and nothing is there twice.
    """
    loop = np.concatenate([said, said[:BLOCK]])  # the microphone begins again at its file's end
    sums = np.concatenate([[0], np.cumsum(loop.astype(np.float64) ** 2)])
    loudness = np.sqrt(sums[BLOCK:] - sums[:-BLOCK])
    found = []
    for start in np.linspace(0, len(heard) - BLOCK, BLOCKS).astype(int):
        likeness = correlate(loop, heard[start : start + BLOCK], "valid", "fft") / loudness
        found.append(int(likeness.argmax() - start) % len(said))
    return found


def heard_once(browser: Browser, url: str, said: Floats, seconds: float) -> tuple[int, int, list[dict[str, Any]]]:
    """One recording: samples lost, blocks that lie elsewhere than the others, and what was told of each answer."""
    page = opened(browser, url)
    recorded(page, seconds)
    heard = stopped(page)
    told = page.evaluate("told")
    total = page.locator("#live").evaluate("(live) => Number(live.querySelector('.live-player').dataset.total)")
    page.context.close()
    apart = np.array(places(heard, said))
    return int(total - len(heard)), int((np.abs(apart - np.median(apart)) > 1).sum()), told[WARM:]


def spoken(browser: Browser, url: str, said: Floats, seconds: float, name: str) -> None:
    """One row of the table, of several recordings: hops come at one phase of the screen's frames, each time another."""
    rounds = [heard_once(browser, url, said, seconds) for _ in range(ROUNDS)]
    told = [one for *_, every in rounds for one in every]
    waits = [wait for one in told for wait in one["waits"]]
    without = [wait - one["took"]["student"] for one in told for wait in one["waits"]]
    requests, student = [one["milliseconds"] for one in told], [one["took"]["student"] for one in told]
    cells = ["{:.0f} / {:.0f}".format(*np.percentile(each, [50, 95])) for each in (waits, without, requests, student)]
    lost, moved = sum(lost for lost, *_ in rounds), sum(moved for _, moved, _ in rounds)
    print(f"| {name} | {lost} | {moved} of {ROUNDS * BLOCKS} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        said = np.concatenate([read(path) for path in sorted(SAMPLES.glob("*.flac"))])
        sf.write(folder / "said.wav", said, SAMPLE_RATE)
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={folder / 'said.wav'}"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        for number in range(ROUNDS):
            with served(folder, 0, "") as (url, _):
                print(f"page cold to first live point, start {number + 1}: {cold_s(browser, url):.1f} s", flush=True)
        with served(folder, 0, "") as (url, _), Store(folder / "data") as store:
            print(f"another student answers after: {swap_s(browser, url):.2f} s", flush=True)
            print("| live, ms p50 / p95 | lost | moved blocks | to pixels | less inference | request | student |")
            print("|---|---|---|---|---|---|---|")
            spoken(browser, url, said, seconds, "idle")
            classroom.fill(store, folder / "class")
            job_id = store.jobs.add("train", ORDER)
            learns(store, job_id)
            spoken(browser, url, said, seconds, "training")
            store.jobs.cancel(job_id)
        with served(folder, 0, SLOWED) as (url, _):
            spoken(browser, url, said, seconds, "Python slowed to .35 s a hop")
        browser.close()


if __name__ == "__main__":
    main()
