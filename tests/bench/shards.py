"""The same shards by 1, 2 and 4 processes and by Ray with two workers: equal rows? And where a killed driver goes on.

`python -m tests.bench.shards SHARED [--clips N] [--shards N]`
"""

import argparse
import json
import sys
import time
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from app.jobs.work import import_folder
from store.db import Store
from tests.bench import clips, machine

WAYS = {"1 process": ["1"], "2 processes": ["2"], "4 processes": ["4"], "Ray, 2 workers": ["2", "--ray"]}


def rows(folder: Path) -> list[str]:
    """All answers, but for when they were given; as text, in which silence, that is not a number, equals itself."""
    found = [row for path in folder.glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    return sorted(repr({**row, "made_at": 0.0}) for row in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--shards", type=int, default=8)
    given = parser.parse_args()
    print(machine.processor())
    with TemporaryDirectory() as place:
        home = Path(place)
        clips.write(clips.rows(given.shared)[: given.clips], home / "clips")
        with Store(home / "data") as store:
            list(import_folder(store, home / "clips"))
        common = [sys.executable, "-m", "app", "label", "--shards", str(given.shards), "--json"]
        known: list[str] = []
        print("| way | seconds | rows | equal | driver killed after | skipped when it went on | equal |")
        print("|---|---|---|---|---|---|---|")
        for number, (way, words) in enumerate(WAYS.items()):
            out, again = home / f"out{number}", home / f"again{number}"
            command = [*common, "--data", str(home / "data"), "--processes", *words, "--out"]
            begun = time.perf_counter()
            run([*command, str(out)], check=True, stdout=DEVNULL, stderr=DEVNULL)
            took_s = time.perf_counter() - begun
            known = known or rows(out)
            with Popen([*command, str(again)], stdout=DEVNULL, stderr=DEVNULL) as driver:
                while len(list(again.glob("*.parquet"))) < 2:
                    time.sleep(0.005)
                driver.kill()
            there = len(list(again.glob("*.parquet")))
            told = json.loads(run([*command, str(again)], check=True, stdout=PIPE, stderr=DEVNULL).stdout)
            cells = [way, f"{took_s:.1f}", len(rows(out)), rows(out) == known, f"{there} shards", told["skipped"]]
            print("|", " | ".join(map(str, [*cells, rows(again) == known])), "|", flush=True)


if __name__ == "__main__":
    main()
