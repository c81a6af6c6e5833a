"""The process in which a file is run has nothing of ours in it but what it needs."""

import json
import subprocess
import sys

import numpy as np
import pytest

from engine.exporting import probe
from engine.onnx_model import ASSETS, OnnxModel
from engine.types import SAMPLE_RATE
from tests.students import speech


def test_it_answers_clips_at_their_own_lengths_as_the_file_does(tmp_path):
    clips = [speech(seconds, batch=1)[0] for seconds in (0.5, 1.3, 0.731)]
    probe.ask(tmp_path, clips)
    subprocess.run([sys.executable, "-m", "engine.exporting.probe", tmp_path, ASSETS / "etude.onnx"], check=True)
    said, model = np.load(tmp_path / probe.ANSWERS), OnnxModel(ASSETS / "etude.onnx")
    expected = np.concatenate([model.predict(clip[None])[0] for clip in clips])
    np.testing.assert_allclose(said, expected, atol=0.01)  # default options round what meets 4-bit weights
    told = json.loads((tmp_path / probe.TOLD).read_text())
    assert told["refused"] == {}
    assert all(np.isfinite(adv).all() for adv in told["odd"].values())


def test_a_damaged_file_is_told_in_onnxruntimes_words(tmp_path):
    (tmp_path / "damaged.onnx").write_bytes((ASSETS / "etude.onnx").read_bytes()[:-1000])
    told = probe.main(tmp_path, tmp_path / "damaged.onnx")
    assert told.keys() == {"unopened"}
    assert "\n" not in told["unopened"]


def test_it_needs_no_torch_and_no_page():
    code = "import sys; import engine.exporting.probe; print({'torch', 'librosa', 'gradio', 'onnx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_odd_sounds_are_what_they_are_called():
    sounds = dict(probe.sounds())
    assert not sounds["silence"].any()
    assert set(np.unique(sounds["a square wave at full scale"])) == {-1.0, 1.0}
    assert np.flatnonzero(sounds["a click at the very start"]).tolist() == [0]
    assert np.count_nonzero(sounds["a click of one sample"]) == 1
    assert 0 < np.abs(sounds["noise at a millionth of it"]).max() <= 1e-6
    assert min(map(len, sounds.values())) == probe.SHORTEST_S * SAMPLE_RATE
    assert all(sound.dtype == np.float32 for sound in sounds.values())


@pytest.mark.skipif(not probe.STATUS.is_file(), reason="the system does not tell")
def test_held_memory_is_in_bytes():
    assert 2**20 < probe._held("VmRSS") <= probe._held("VmHWM")
    assert probe._held("VmNothing") is None
