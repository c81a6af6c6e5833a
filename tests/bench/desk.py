"""How quick the desk is, and what it loses: `python -m tests.bench.desk`.

A library of 100,000 labelled clips with sound. First one rater, who needs a third of a second a clip: milliseconds from
a key to the frame that shows its decision and the next clip. Then three raters at once, as fast as keys can be pressed,
while the server is killed twice and started again: each decision that a page has shown is looked for in the store.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from app.jobs import work
from app.labelling import local
from app.models import TEACHER
from store.db import Store
from store.records import DoubtRecord
from tests.browser.conftest import FLAGS, SAMPLES

CLIPS, DECISIONS, PAUSE_MS = 100_000, 200, 330
RATERS, IN_A_HURRY, KILLED_AFTER = ("Ada", "Bob", "Eve"), 500, (150, 350)
KEYS = (["Enter"], ["6", "4", "7", "Enter"], ["x"], ["s"])
READY = """() => {
    const desk = document.querySelector(".desk");
    return desk?.dataset.drawn && desk.dataset.drawn === desk.dataset.clip && desk.dataset.waiting === "0";
}"""
# What runs in the page: how long each decision took to be painted, and the tokens of all that were shown.
NOTES = """
    window.painted = [];
    addEventListener("keydown", ({ key, timeStamp }) => {
        const desk = document.querySelector(".desk");
        if (!["Enter", "x", "s"].includes(key) || !desk?.dataset.clip) return;
        const before = desk.dataset.clip;
        const look = () => requestAnimationFrame(() => {
            if (desk.dataset.clip === before || desk.dataset.drawn !== desk.dataset.clip) return look();
            const after = new MessageChannel(); // its message comes once the frame is painted
            after.port1.onmessage = () => painted.push(performance.now() - timeStamp);
            after.port2.postMessage(0);
        });
        look();
    }, true);
    const keep = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        keep.call(this, key, value);
        if (!key.startsWith("etude-desk/")) return;
        const [before, now] = [this.getItem("shown") ?? "[]", value].map((text) => JSON.parse(text));
        keep.call(this, "shown", JSON.stringify([...new Set([...before, ...now.map(({ token }) => token)])]));
    };
"""


def fill(folder: Path) -> None:
    """Label a few samples, and copy their rows and sounds until there are 100,000."""
    with Store(folder) as store:
        list(work.import_folder(store, SAMPLES))
        list(local.label(store, TEACHER))
        known = [clip.id for clip in store.clips.find()]
        ids = [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(CLIPS)]
        with closing(sqlite3.connect(folder / "etude.db")) as db, db:
            for table, key in (("clips", "id"), ("labels", "clip_id")):
                names = ", ".join(row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] != key)
                sql = f"INSERT INTO {table} ({key}, {names}) SELECT ?, {names} FROM {table} WHERE {key} = ?"
                db.executemany(sql, [(clip_id, known[place % len(known)]) for place, clip_id in enumerate(ids)])
        for place, clip_id in enumerate(ids):
            path = store.clips.audio(clip_id)
            path.parent.mkdir(exist_ok=True)
            os.link(store.clips.audio(known[place % len(known)]), path)
        doubt = np.random.default_rng(0).random(CLIPS)
        store.doubts.replace(
            DoubtRecord(clip_id=clip_id, doubt=float(value), parts={"student:valence": float(value)})
            for clip_id, value in zip(ids, doubt, strict=True)
        )


@contextmanager
def served(folder: Path, port: str = "0") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server, its address and process; killed at the end."""
    command = [sys.executable, "-m", "app", "serve", "--port", port, "--json", "--data", str(folder / "data")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(folder)}
    ) as server:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["url"], server
        server.kill()


def begin(browser: Browser, url: str, rater: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    page.add_init_script(NOTES)
    page.goto(url)
    page.get_by_role("tab", name="Curate").click()
    page.get_by_label("Who is rating?").fill(rater)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_function(READY)
    return page


def quickness(page: Page) -> None:
    """One rater, at a person's pace."""
    for keys, _ in zip(cycle(KEYS), range(DECISIONS), strict=False):
        page.wait_for_timeout(PAUSE_MS)
        page.wait_for_function(READY)
        for key in keys:
            page.keyboard.press(key)
    page.wait_for_function(f"painted.length >= {DECISIONS}")
    half, most, worst = np.percentile(page.evaluate("painted"), [50, 95, 100])
    said = f"key to painted decision, {CLIPS:,} clips, {DECISIONS} decisions: p50, p95, longest"
    print(f"| {said} | {half:.0f}, {most:.0f}, {worst:.0f} ms |", flush=True)
    page.context.close()


def shown(page: Page) -> list[str]:
    """Tokens of the decisions that a page has shown; none while it is being loaded anew."""
    try:
        return list(page.evaluate("JSON.parse(localStorage.getItem('shown') ?? '[]')"))
    except Exception:  # playwright's, of many kinds
        return []


def safety(browser: Browser, folder: Path) -> None:
    """Three raters in a hurry, and a server that dies twice."""
    pages, port, killed, count = list[Page](), "0", list(KILLED_AFTER), 0
    start = time.perf_counter()
    while not pages or killed or count < IN_A_HURRY:
        with served(folder, port) as (url, server):
            port = url.rsplit(":", 1)[1]
            pages = pages or [begin(browser, url, rater) for rater in RATERS]
            goal = killed.pop(0) if killed else IN_A_HURRY
            while count < goal:
                for page in pages:
                    for _ in range(5):
                        page.keyboard.press("Enter")
                count = sum(len(shown(page)) for page in pages)
            if goal < IN_A_HURRY:
                server.kill()
                for page in pages * 2:  # what is decided while nobody answers
                    page.keyboard.press("Enter")
                continue
            for page in pages:
                page.wait_for_function(READY)
    seconds = time.perf_counter() - start
    told = [token for page in pages for token in shown(page)]
    with Store(folder / "data") as store:
        kept = [said.token for said in store.corrections.all() if said.rater in RATERS]
    lost, more = set(told) - set(kept), len(kept) - len(set(told) & set(kept))
    said = f"{len(told)} decisions of {len(RATERS)} raters in {seconds:.0f} s, server killed twice: lost, doubled"
    print(f"| {said} | {len(lost)}, {more} |")


def main() -> None:
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder, began = Path(temporary), time.perf_counter()
        fill(folder / "data")
        print(f"\n{CLIPS:,} clips made in {time.perf_counter() - began:.0f} s\n| the desk | |\n|---|---|", flush=True)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(folder) as (url, _):
            quickness(begin(browser, url, "Zoe"))
        safety(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()
