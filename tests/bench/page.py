"""Seconds from navigation to the first drawn traces in headless Chromium: `python -m tests.bench.page`.

Cold: the first visit after the server's start. Warm: a new visitor of the same server. Each first sees the sample that
is open at once, then asks for one of 5 s.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, drawn

CLIP = "Matter-of-fact"  # 5 s


def visit(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds from navigation to the first traces, and from a click on the clip to its traces."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    start = time.perf_counter()
    page.goto(url)
    drawn(page, "#listen")
    first = time.perf_counter()
    page.get_by_role("button", name=CLIP).click()
    drawn(page, "#listen", CLIP)
    second = time.perf_counter()
    page.context.close()
    return first - start, second - first


def main() -> None:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        start = time.perf_counter()
        command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", f"{folder}/data"]
        environment = os.environ | {"TMPDIR": folder}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            print(f"\nServer: {time.perf_counter() - start:.1f} s from its start to its address")
            print("| page, seconds | navigation to first traces | click on a 5 s clip to its traces |\n|---|---|---|")
            for name in ("cold", "warm"):
                print("| {} | {:.2f} | {:.2f} |".format(name, *visit(browser, url)), flush=True)
            server.terminate()
        browser.close()


if __name__ == "__main__":
    main()
