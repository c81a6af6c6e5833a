"""`kill -9` at random moments during `etude label`: labels lost, doubled, and whether it goes on.

`python -m tests.bench.killed [--kills N] [--clips N] [--seed N]`. Labels seen before a kill must be there after it,
unchanged; a library that is wholly labelled is followed by a fresh one.
"""

import argparse
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from app.jobs.work import import_folder
from engine import plugins
from engine.labelling import pool
from engine.onnx_model import ASSETS
from engine.sound import audio
from store.db import Store
from tests.classroom import children
from tests.sounds import written

SAMPLES = sorted((ASSETS / "samples").glob("*.flac"))
CLIP = 16_000  # samples
LATEST_S = 1.5  # after the first label of a round
BEFORE_S = 4.0  # of rounds that are killed whatever they are at

Labels = dict[str, tuple[float, float]]


def fill(folder: Path, clips: int) -> None:
    """A library of so many different clips."""
    heard = [audio.read(path) for path in SAMPLES]
    (folder / "clips").mkdir(parents=True)
    for number in range(clips):
        samples, start = heard[number % len(heard)], 400 * (number // len(heard))
        written(folder / "clips" / f"{number}.wav", samples[start % (len(samples) - CLIP) :][:CLIP])
    with Store(folder / "data") as store:
        list(import_folder(store, folder / "clips"))


def labels(store: Store) -> tuple[Labels, int]:
    """What is committed, by clip, and how many rows are one too many."""
    rows = store._connections.query("SELECT clip_id, made_at, arousal FROM labels")
    doubled = sum(count - 1 for count in Counter(row["clip_id"] for row in rows).values())
    return {row["clip_id"]: (row["made_at"], row["arousal"]) for row in rows}, doubled


def once(store: Store, dice: random.Random, early: bool) -> tuple[Labels, float]:
    """Label, and kill: what was seen just before, and seconds from the start to the kill."""
    before, begun = labels(store)[0], time.perf_counter()
    command = [sys.executable, "-m", "app", "label", "--data", str(store.folder), "--processes", "2"]
    with Popen(command, stdout=DEVNULL, stderr=DEVNULL) as process:
        if not early:
            while process.poll() is None and len(labels(store)[0]) == len(before):
                time.sleep(0.02)
        time.sleep(dice.uniform(0, BEFORE_S if early else LATEST_S))
        theirs = children(process.pid)
        seen = labels(store)[0]
        process.kill()
        process.wait()
        took_s = time.perf_counter() - begun
    limit = time.monotonic() + 5
    while any(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() for pid in theirs):
        assert time.monotonic() < limit, "a process stayed"
        time.sleep(0.01)
    return seen, took_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dice, lost, doubled, went_on, libraries, broken = random.Random(given.seed), 0, 0, 0, 1, 0
    fingerprint = plugins.load("teachers", "embedded").SPEC.fingerprint
    with TemporaryDirectory() as folder:
        fill(Path(folder), given.clips)
        empty, data = Path(folder) / "data", Path(folder) / "going"
        shutil.copytree(empty, data)
        for kill in range(given.kills):
            with Store(data) as store:
                before = len(labels(store)[0])
                seen, took_s = once(store, dice, early=kill % 4 == 3)
                after, more = labels(store)
                lost += sum(after.get(clip) != said for clip, said in seen.items())
                doubled += more
                went_on += len(after) > before
                broken += store._connections.query("PRAGMA integrity_check")[0]["integrity_check"] != "ok"
                whole = not store.labels.missing(fingerprint)
            print(f"kill {kill + 1}: after {took_s:.1f} s, {before} -> {len(after)} labels", flush=True)
            if whole:
                shutil.rmtree(data)
                shutil.copytree(empty, data)
                libraries += 1
        with Store(data) as store:
            command = [sys.executable, "-m", "app", "label", "--data", str(data)]
            Popen(command, stdout=DEVNULL, stderr=DEVNULL).wait()
            left, (after, more) = len(store.labels.missing(fingerprint)), labels(store)
    print(f"\n{given.kills} kills in {libraries} libraries of {given.clips} clips, {pool.cores()} cores")
    print(f"{lost} committed labels lost or changed, {doubled + more} doubled, {broken} damaged databases")
    print(f"{went_on} rounds labelled more than was there; at the end {len(after)} labels, {left} clips without")


if __name__ == "__main__":
    main()
