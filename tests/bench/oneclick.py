"""From a folder of 1,000 real clips to a verified bundle, in the page: `python -m tests.bench.oneclick SHARED`.

A headless Chromium types the folder's path and clicks three times: import, train, download. What was downloaded is
unzipped, and its own predict.py asked about a clip. Times are those that the page shows.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import soundfile as sf
from playwright.sync_api import Page, expect, sync_playwright

from app.training import stages, trainings
from engine.sound import audio
from engine.types import SAMPLE_RATE
from store.db import Store
from tests.bench import clips
from tests.browser.conftest import FLAGS, drawn

CLIPS = 1000
PATIENCE_MS = 3_600_000


def bring(page: Page, folder: Path) -> None:
    """The first click: import a folder."""
    page.get_by_role("tab", name="Library").click()
    page.get_by_label("Folder on this machine").fill(str(folder))
    page.get_by_role("button", name="Import folder").click()
    page.locator("#importer .job.done").wait_for(timeout=PATIENCE_MS)


def teach(page: Page) -> None:
    """The second: train with the defaults."""
    page.get_by_role("tab", name="Train").click()
    page.get_by_role("button", name="Train a student").click()
    expect(page.locator("#train .training")).to_have_class("training done", timeout=PATIENCE_MS)


def take(page: Page, folder: Path) -> Path:
    """The third: download the student; gives where its bundle was unzipped."""
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download the student").click()
    with zipfile.ZipFile(begun.value.path()) as bundle:
        bundle.extractall(folder)
    return folder


def main(shared: Path) -> None:
    """Click, wait, unzip, ask, print."""
    every = [row for row in clips.rows(shared) if row.split in ("train", "dev")][:CLIPS]
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        clips.write(every, folder / "clips")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(folder / "data")]
        environment = os.environ | {"TMPDIR": temporary}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            assert server.stdout is not None
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(json.loads(server.stdout.readline())["url"])
            drawn(page, "#listen")
            begun = time.monotonic()
            bring(page, folder / "clips")
            imported = time.monotonic()
            teach(page)
            bundle = take(page, folder / "bundle")
            ended = time.monotonic()
            sf.write(bundle / "voice.wav", audio.read(every[0].path), SAMPLE_RATE)
            asked = [sys.executable, "predict.py", "voice.wav"]
            answer = subprocess.run(asked, cwd=bundle, capture_output=True, text=True, check=True).stdout
            server.terminate()
        browser.close()
        with Store(folder / "data") as store:
            (job,) = store.jobs.list(1, trainings.KIND)
            taken = store.journal.stages(job.id)
        report = json.loads((bundle / "contract.json").read_text())["gate"]
    print(f"\n{CLIPS} clips to a bundle of {report['bytes']:,} bytes: 3 clicks, {(ended - begun) / 60:.1f} min in all")
    print(f"Passed the gate: {report['passed']}; its predict.py says {answer.strip()}")
    print("| stage | seconds |\n|---|---|")
    print(f"| Import | {imported - begun:.0f} |")
    for stage in taken:
        print(f"| {stages.TITLES[stage.name]} | {stage.seconds:.0f} |")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
