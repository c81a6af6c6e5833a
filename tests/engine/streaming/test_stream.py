"""However a recording is cut into pieces, a student says of it what it says in one pass."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.onnx_model import OnnxModel
from engine.streaming import stream
from engine.streaming.moments import Moments
from engine.streaming.stream import Stream, hear
from engine.streaming.streamed import Streamed
from engine.types import SAMPLE_RATE, StudentSpec
from tests import students
from tests.sounds import written

NAMES = ("etude", "wav2small", "wav2small2")
CLIP = students.speech(5.3, batch=1)[0] * np.linspace(0.05, 1, 84_800, dtype=np.float32)
WINDOW_S, HOP_S = 1.0, 0.3


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    return students.built(StudentSpec(request.param, size=8))


@pytest.fixture(scope="module")
def files(network, tmp_path_factory):
    return students.written(network, tmp_path_factory.mktemp("student"))


@pytest.fixture(scope="module", params=[0, 1], ids=["fp32", "int8_int4"])
def student(request, files):
    return Streamed(files[request.param]), OnnxModel(files[request.param])


def moments(samples):
    found = Moments()
    found.add(samples)
    return found


def heard(student, samples, cuts=()):
    """The value and the trace of a recording in pieces."""
    going = Stream(student, WINDOW_S, HOP_S, moments(samples))
    rows = [going.push(piece) for piece in np.split(samples, sorted(cuts))]
    rows.append(going.finish())
    return going.value(), np.concatenate(rows)


@settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, len(CLIP)), max_size=12), end=st.integers(1_000, len(CLIP)))
def test_any_cutting_says_what_one_pass_says(student, cuts, end):
    streamed, model = student
    samples = CLIP[:end]
    value, trace = heard(streamed, samples, [cut for cut in cuts if cut < end])
    assert value == pytest.approx(model.predict(samples[None])[0][0], abs=1e-5)
    assert trace == pytest.approx(heard(streamed, samples)[1], abs=1e-5)


def test_in_hops_of_a_tenth_of_a_second_it_says_what_one_pass_says(student):
    streamed, model = student
    value, trace = heard(streamed, CLIP, range(1600, len(CLIP), 1600))
    assert value == pytest.approx(model.predict(CLIP[None])[0][0], abs=1e-5)
    assert trace == pytest.approx(heard(streamed, CLIP)[1], abs=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("seconds", [0.9, 1.0, 3.0, 5.3])
def test_the_trace_is_that_of_the_network(network, files, seconds):
    samples = CLIP[: round(seconds * SAMPLE_RATE)]
    theirs = network.trace(torch.from_numpy(samples[None]), WINDOW_S, HOP_S)[0].numpy()
    ours = heard(Streamed(files[0]), samples, range(700, len(samples), 700))[1]
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_rows_come_as_soon_as_their_tokens_are_known(student):
    streamed, _ = student
    going = Stream(streamed, WINDOW_S, HOP_S, moments(CLIP))
    came_s = []
    for start in range(0, len(CLIP), 160):
        came_s += [(start + 160) / SAMPLE_RATE] * len(going.push(CLIP[start : start + 160]))
    ends_s = WINDOW_S + HOP_S * np.arange(len(came_s))
    assert len(came_s) >= 10
    assert came_s == pytest.approx(ends_s + streamed.late_s, abs=1.5 / streamed.tokens_per_s + 0.01)


def test_a_value_comes_with_the_first_token(student):
    streamed, _ = student
    going = Stream(streamed)
    assert np.isnan(going.value()).all()
    going.push(CLIP[: streamed.length(streamed.late)])
    assert np.isnan(going.value()).all()
    going.push(CLIP[streamed.length(streamed.late) :][: streamed.length(1)])
    assert np.isfinite(going.value()).all()


def test_live_it_goes_by_what_it_has_heard(student):
    """A student that levels as it goes says the same; one that hears the whole clip's variance comes near its end."""
    streamed, model = student
    going = Stream(streamed)
    for start in range(0, len(CLIP), 1600):
        going.push(CLIP[start : start + 1600])
    going.finish()
    one_pass = model.predict(CLIP[None])[0][0]
    if streamed.statistics:
        assert np.abs(going.value() - one_pass).max() > 1e-5
    else:
        assert going.value() == pytest.approx(one_pass, abs=1e-5)


def test_recordings_do_not_hear_each_other(student):
    streamed, _ = student
    one, other = (Stream(streamed, moments=moments(CLIP)) for _ in range(2))
    for start in range(0, len(CLIP), 8000):
        one.push(CLIP[start : start + 8000])
        other.push(-0.1 * CLIP[::-1][start : start + 8000])
    one.finish()
    assert one.value() == pytest.approx(heard(streamed, CLIP)[0], abs=1e-6)


def test_what_it_remembers_does_not_grow(student):
    streamed, _ = student
    going, hop = Stream(streamed), CLIP[:1600]
    for _ in range(60):
        going.push(hop)
    tracemalloc.start()
    try:
        for _ in range(20):
            going.push(hop)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(300):
            going.push(hop)
        assert tracemalloc.get_traced_memory()[0] - before < 100_000
    finally:
        tracemalloc.stop()


def test_a_file_is_heard_block_by_block(student, tmp_path, monkeypatch):
    streamed, model = student
    path = written(tmp_path / "speech.wav", CLIP, subtype="FLOAT")
    samples = stream.audio.read(path)
    pushed, push = [], Stream.push
    monkeypatch.setattr(Stream, "push", lambda self, piece: pushed.append(len(piece)) or push(self, piece))
    monkeypatch.setattr(stream.audio.blocks, "__defaults__", (3600.0, 20_000))
    value, trace = hear(streamed, path, WINDOW_S, HOP_S)
    assert len(pushed) == 5 and sum(pushed) == len(samples)
    assert value == pytest.approx(model.predict(samples[None])[0][0], abs=1e-5)
    assert trace.values == pytest.approx(heard(streamed, samples)[1], abs=1e-5)
    assert (trace.window_s, trace.hop_s, trace.duration_s) == (WINDOW_S, HOP_S, len(samples) / SAMPLE_RATE)


def test_too_little_is_refused(student):
    going = Stream(student[0])
    going.push(np.zeros(10, np.float32))
    with pytest.raises(ValueError, match=r"lasts 0\.001 s, which is too short; record more"):
        going.finish()


@pytest.mark.parametrize(("window_s", "hop_s"), [(0, 0.1), (1, -0.1)])
def test_a_window_lasts_some_time(student, window_s, hop_s):
    with pytest.raises(ValueError, match="A window and its hop last some time"):
        Stream(student[0], window_s, hop_s)


@pytest.mark.parametrize("name", ["etude", "wav2small"])
def test_what_ships_can_be_streamed(name, voice):
    path = Path(stream.__file__).parents[2] / "assets" / f"{name}.onnx"
    value, _ = heard(Streamed(path), voice, range(1600, len(voice), 1600))
    assert value == pytest.approx(OnnxModel(path).predict(voice[None])[0][0], abs=1e-5)
