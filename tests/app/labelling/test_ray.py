"""Ray itself, with two workers on this machine, of which one is killed, as is the first driver."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from app.labelling import local, ray
from app.verbs.label import OWN
from engine.labelling import pool
from store.db import Store
from tests.app.labelling.conftest import CLIPS

OF = 6
ROOT = Path(__file__).parents[3]
needed = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install -e '.[ray]'")


def driver(store: Store) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", "label", "--ray", "--shards", str(OF), "--processes", "2", "--json"]
    return subprocess.Popen([*command, "--data", str(store.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def until(there: Callable[[], list[Path]], process: subprocess.Popen[str]) -> list[Path]:
    while not (found := there()):
        assert process.poll() is None, "it ended too early"
        time.sleep(0.005)
    return found


@needed
def test_a_killed_driver_and_a_killed_worker_lose_no_shard(store: Store, filled: Path, tmp_path: Path) -> None:
    folder = store.folder / OWN
    with driver(store) as first:
        until(lambda: list(folder.glob("*.parquet")), first)
        first.kill()
    there, moment = len(list(folder.glob("*.parquet"))), time.time()
    assert 0 < there < OF
    with driver(store) as second:
        (part, *_) = until(lambda: list(folder.glob(".*.part")), second)
        worker = int(part.name.split("-")[-1].split(".")[0])
        os.kill(worker, signal.SIGKILL)
        told = second.communicate()[0]
    assert json.loads(told) == {"labelled": CLIPS, "failed": []}
    assert not folder.exists()
    labels = [store.labels.get(clip.id, "embedded") for clip in store.clips.find(limit=CLIPS)]
    assert sum(label is not None and label.made_at < moment for label in labels) >= CLIPS // OF * there
    with Store(Path(shutil.copytree(filled, tmp_path / "alone"))) as alone:
        list(local.label(alone, "embedded", processes=1))
        for label in labels:
            assert label is not None
            here = alone.labels.get(label.clip_id, "embedded")
            assert here is not None
            np.testing.assert_array_equal(label.adv, here.adv)
            np.testing.assert_array_equal(label.trace.values, here.trace.values)
            np.testing.assert_array_equal(label.embedding, here.embedding)


def test_a_core_is_left_free() -> None:
    assert ray.default_workers() == max(1, pool.cores() - 1)


def test_where_ray_is_missing_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'etude\[ray\]'"):
        next(ray.every(tmp_path, "loudness", 1))
