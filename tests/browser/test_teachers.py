"""A teacher is chosen in the page: what it costs is said first, then it is fetched, from a server on this machine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from engine.teachers import audeering
from store.db import Store
from tests.browser.conftest import WAIT_MS, Opener, Server
from tests.hub import serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One of its own, whose hub is this machine's."""
    with serving() as (endpoint, _):
        given = {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(tmp_path / "data")]
        environ = {name: value for name, value in os.environ.items() if name != "ETUDE_TEACHERS"} | given
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            with Store(tmp_path / "data") as store:
                yield Server(url, store, tmp_path)
            process.terminate()


@pytest.fixture
def fold(context: BrowserContext, server: Server) -> Iterator[Page]:
    opener = Opener(context, server.url, [], [])
    page = opener()
    page.get_by_role("tab", name="Library").click()
    page.locator("#teachers summary").click()
    yield page
    page.close()
    assert opener.failed == []
    assert all(url.startswith((server.url, "data:", "blob:", "about:")) for url in opener.asked)


def test_what_it_costs_is_said_before_it_is_fetched(fold: Page, server: Server, tmp_path: Path) -> None:
    row = fold.locator('#teachers [data-teacher="audeering"]')
    expect(row).to_contain_text("661 MB")
    row.get_by_role("button", name="Fetch 661 MB").click()
    for words in ("CC BY-NC-SA 4.0", audeering.SOURCE.revision, "may not be sold", "Nothing of yours is sent"):
        expect(row.locator(".agree")).to_contain_text(words)
    row.get_by_role("button", name="Not now").click()
    expect(row.locator(".agree")).to_have_count(0)
    assert server.store.jobs.list(9) == []

    row.get_by_role("button", name="Fetch 661 MB").click()
    row.get_by_role("button", name="Agree and fetch").click()
    expect(row.locator(".state")).to_have_text("here")
    until = time.monotonic() + WAIT_MS / 1000
    while server.store.jobs.list(1)[0].state == "running" and time.monotonic() < until:
        time.sleep(0.05)  # the files are there a moment before the job says so
    (job,) = server.store.jobs.list(9)
    assert (job.kind, job.state) == ("fetch", "done")
    assert len(list((tmp_path / "cache").glob("*/snapshots/*/model.safetensors"))) == 1
    expect(row.get_by_role("button", name="Label with it")).to_be_visible()
    expect(fold.locator('#teachers [data-teacher="vox_profile"]')).to_contain_text("no commit is known")
