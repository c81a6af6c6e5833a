"""Two processes teach one student; when the first is killed the second ends, and the training goes on from there."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
import weakref
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch.distributed as dist
import torch.distributed.nn  # noqa: F401  now, or its default arguments keep the first group there is

from engine.training import distil
from engine.training.crops import Crops
from engine.training.presets import DistilOptions
from engine.training.team import distil as teach
from engine.training.team import lost
from engine.types import StudentSpec
from tests import taught
from tests.classroom import helpers

ROOT = Path(__file__).parents[3]
SPEC = StudentSpec("wav2small", size=2)
OPTIONS = DistilOptions(passes=3, pass_s=1000, batch_s=16.0, rate=0.01, processes=2, keep_s=0.0)
CHILD = """
import json, sys
from pathlib import Path
from engine.training import team
from engine.training.presets import DistilOptions
from engine.types import StudentSpec
options = DistilOptions(**json.loads(sys.argv[1]))
for told in team.distil(StudentSpec("wav2small", size=2), options, Path(sys.argv[2]), Path(sys.argv[3])):
    print(told.passes, flush=True)
"""


LAUNCHED = """
import json, sys
from pathlib import Path
from accelerate import PartialState
from engine.training import team
from engine.training.presets import DistilOptions
from engine.types import StudentSpec
options = DistilOptions(**json.loads(sys.argv[1]))
*_, last = team.distil(StudentSpec("wav2small", size=2), options, Path(sys.argv[2]), Path(sys.argv[3]))
state = PartialState()
if state.is_main_process:
    print(f"of {state.num_processes}: {last.dev}", flush=True)
state.destroy_process_group()
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return taught.folder(tmp_path_factory.mktemp("crops"))


def weights(folder):
    return distil.load(SPEC, folder).state_dict()


def test_two_processes_teach_one_student(data, tmp_path):
    told = list(teach(SPEC, OPTIONS, data, tmp_path / "student"))
    assert told[-1].passes == 3
    assert told[-1].dev is not None
    crops = Crops.open(data, "dev")
    said = distil.answers(distil.load(SPEC, tmp_path / "student"), crops)
    assert said.mean(axis=0) == pytest.approx(crops.adv.mean(axis=0), abs=1e-3)
    assert sorted(path.name for path in (tmp_path / "student").iterdir()) == ["state.pt", "student.pt"]
    assert not helpers(tmp_path)


def test_a_lost_process_is_told_and_the_group_is_not_ended_by_what_was_taught(data, tmp_path):
    """Or that waits, holding the GIL, for a thread of the group's that may wait for the GIL."""
    group = group_of_a_lost_one(data, tmp_path)
    gc.collect()
    assert group()


def group_of_a_lost_one(data, folder):
    steps = teach(SPEC, OPTIONS, data, folder / "student")
    for _ in range(3):
        next(steps)
    group = weakref.ref(dist.group.WORLD)
    os.kill(helpers(folder)[0], signal.SIGKILL)
    with pytest.raises(RuntimeError) as told:
        list(steps)
    assert lost(told.value)
    return group


def test_killed_again_and_again_it_ends_as_if_it_had_not_been(data, tmp_path):
    whole = list(teach(SPEC, OPTIONS, data, tmp_path / "whole"))
    given = json.dumps(asdict(OPTIONS))
    for _ in range(5):
        command = [sys.executable, "-c", CHILD, given, str(data), str(tmp_path / "killed")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for _ in range(3):
                child.stdout.readline()
            assert helpers(tmp_path)
            child.send_signal(signal.SIGKILL)
        end = time.monotonic() + 30
        while helpers(tmp_path) and time.monotonic() < end:
            time.sleep(0.05)
        assert not helpers(tmp_path)
    killed = list(teach(SPEC, OPTIONS, data, tmp_path / "killed"))
    assert len(killed) < len(whole)
    one, other = weights(tmp_path / "whole"), weights(tmp_path / "killed")
    assert all(np.array_equal(one[key], other[key]) for key in one)
    assert replace(killed[-1], left_s=0, loss=0) == replace(whole[-1], left_s=0, loss=0)


def test_accelerate_launches_several_that_teach_one_student(data, tmp_path):
    script = tmp_path / "launched.py"
    script.write_text(LAUNCHED)
    # what `accelerate launch` runs; by itself it would want a card for each process
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    told = subprocess.run(
        [sys.executable, *several, str(script), json.dumps(asdict(OPTIONS)), str(data), str(tmp_path / "student")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    alone = list(teach(SPEC, OPTIONS, data, tmp_path / "ours"))
    assert alone[-1].dev is not None
    assert f"of 2: {alone[-1].dev}" in told.stdout
