import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import main
from app.jobs.work import import_folder
from engine.labelling.shard import manifest
from store.db import Store
from tests.conftest import SAMPLES


@pytest.fixture
def data(tmp_path: Path) -> str:
    with Store(tmp_path / "data") as store:
        list(import_folder(store, SAMPLES[0].parent))
    return str(tmp_path / "data")


def etude(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*words])
    return done.exit_code, done.output


def test_clips_are_labelled_here(data: str) -> None:
    count = len(SAMPLES)
    asked = ["label", "--teacher", "loudness", "--data", data]
    assert json.loads(etude(*asked, "--json")[1]) == {"labelled": count, "already_labelled": 0, "failed": []}
    assert etude(*asked, "--processes", "1")[1].strip() == f"0 labelled, {count} already labelled, 0 failed."


def test_doubt_is_asked_for_once_there_are_labels(data: str) -> None:
    for _ in range(2):
        assert etude("label", "--processes", "1", "--data", data)[0] == 0
        with Store(Path(data)) as store:
            assert [(job.kind, job.state) for job in store.jobs.list()] == [("doubt", "queued")]


def test_shards_are_made_anywhere_and_merged(data: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    asked = ["label", "--teacher", "loudness", "--shards", "2", "--out", out]
    code, told = etude(*asked, "--shard", "1", "--data", data)
    assert (code, "1 shards" in told) == (0, True)
    nowhere = tmp_path / "nowhere"  # a machine without the library
    told = etude(*asked, "--data", str(nowhere), "--json")[1]
    assert (json.loads(told)["shards"], json.loads(told)["skipped"]) == (2, 1)
    assert not nowhere.exists()
    assert etude("merge", out, "--data", data)[1].strip() == f"{len(SAMPLES)} merged, 0 already there, 0 refused."
    assert json.loads(etude("merge", out, "--data", data, "--json")[1])["already_there"] == len(SAMPLES)
    assert manifest(Path(out), "loudness").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--shards", "2"], "--out DIR"),
        (["--shard", "0"], "--out DIR"),
        (["--shard", "0", "--out", "x"], "--shards N"),
        (["--shards", "2", "--shard", "2", "--out", "x"], "below N"),
        (["--shards", "2", "--shard", "1", "--out", "x", "--ray"], "leave out --shard"),
        (["--teacher", "nobody"], "no teacher called 'nobody'"),
        (["--teacher", "nobody", "--shards", "2", "--out", "x"], "no teacher called 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(tmp_path: Path, words: list[str], why: str) -> None:
    code, told = etude("label", *words, "--data", str(tmp_path))
    assert code != 0 and why in told


def test_a_library_with_nothing_to_label_asks_no_ray(data: str) -> None:
    etude("label", "--teacher", "loudness", "--data", data)
    assert etude("label", "--ray", "--teacher", "loudness", "--data", data)[1].strip() == "0 labelled, 0 failed."


def test_a_killed_labelling_keeps_what_it_has_and_goes_on(data: str) -> None:
    command = [sys.executable, "-m", "app", "label", "--data", data, "--json"]
    root = Path(__file__).parents[3]
    with Store(Path(data)) as store:
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
            while not labels(store):
                time.sleep(0.005)
            process.kill()
        known = {row["clip_id"]: row["made_at"] for row in labels(store)}
        told = json.loads(subprocess.run(command, capture_output=True, cwd=root).stdout)
        assert told == {"labelled": len(SAMPLES) - len(known), "already_labelled": len(known), "failed": []}
        after = {row["clip_id"]: row["made_at"] for row in labels(store)}
        assert len(labels(store)) == len(after) == len(SAMPLES)
        assert all(after[clip_id] == moment for clip_id, moment in known.items())


def labels(store: Store) -> list[dict[str, object]]:
    return store._connections.query("SELECT clip_id, made_at FROM labels")
