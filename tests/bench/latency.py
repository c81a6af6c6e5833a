"""How soon the page answers, idle and while its worker trains in two processes: `python -m tests.bench.latency`.

One client asks one thing after the other, as a browser does: what it fetches, and the endpoints that the page's timers
and buttons post to. The bar is 60 ms at the 95th percentile.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from store.db import Store
from tests import classroom

TIMES = 200  # of each request
PAUSE_S = 0.02  # between two requests
WARM = 10  # requests of each kind that are not counted
PATHS = ("/", "/config", "/front/train/train.js")
ORDER = {  # two processes, and no end before the bench's
    "spec": {"architecture": "etude", "size": 16},
    "options": {"passes": 10_000, "patience": 10_000, "processes": 2},
    "teacher": "loudness",
}


def posts(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """What each tab's timer and each loading page posts, by name."""
    found = {}
    for place, event in enumerate(client.get("/config").json()["dependencies"]):
        kinds = {kind for _, kind in event["targets"]}
        if kinds & {"tick", "load"} and not event["queue"]:
            name = f"POST {'/'.join(sorted(kinds))} of {event.get('api_name') or place}, {place}"
            found[name] = {"data": [None] * len(event["inputs"]), "fn_index": place, "session_hash": "bench"}
    return found


def requests(client: httpx.Client) -> dict[str, Callable[[], httpx.Response]]:
    """Everything that is asked, by name."""

    def post(body: dict[str, Any]) -> Callable[[], httpx.Response]:
        return lambda: client.post("/gradio_api/run/predict", json=body)

    def get(path: str) -> Callable[[], httpx.Response]:
        return lambda: client.get(path)

    return {f"GET {path}": get(path) for path in PATHS} | {name: post(body) for name, body in posts(client).items()}


def measure(client: httpx.Client) -> dict[str, list[float]]:
    """Milliseconds of each request, the kinds taken in turns."""
    asked = requests(client)
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(WARM + TIMES):
        for name, ask in asked.items():
            start = time.perf_counter()
            ask().raise_for_status()
            if turn >= WARM:
                taken[name].append(1000 * (time.perf_counter() - start))
            time.sleep(PAUSE_S)
    return taken


@contextmanager
def served(folder: Path) -> Iterator[httpx.Client]:
    """A server of the library in a folder."""
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--json", "--data", str(folder / "data")]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        with httpx.Client(base_url=json.loads(server.stdout.readline())["url"], timeout=60) as client:
            yield client
        server.terminate()


def learns(store: Store, job_id: int) -> None:
    """Wait until both processes learn."""
    while not store.curves.get(job_id):
        job = store.jobs.get(job_id)
        assert job is not None
        assert job.state in ("queued", "running"), job.error
        time.sleep(0.2)


def main() -> None:
    with TemporaryDirectory() as folder, Store(Path(folder) / "data") as store:
        classroom.fill(store, Path(folder) / "class")
        with served(Path(folder)) as client:
            idle = measure(client)
            job_id = store.jobs.add("train", ORDER)
            learns(store, job_id)
            training = measure(client)
            pace = [point.samples_s for point in store.curves.get(job_id) if point.samples_s][-1]
            store.jobs.cancel(job_id)
    print(f"\nmilliseconds, {TIMES} requests each; the training learns {pace:.0f} crops a second meanwhile")
    print("| the page | idle p50 | idle p95 | training p50 | training p95 |\n|---|---|---|---|---|")
    for name in (*idle, "all"):
        cells = []
        for taken in (idle, training):
            values = taken[name] if name in taken else [each for one in taken.values() for each in one]
            cuts = quantiles(values, n=20)
            cells += [f"{cuts[9]:.1f}", f"{cuts[18]:.1f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
