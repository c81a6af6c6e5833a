"""Every teacher in the folder keeps its promises; a file that is dropped in is tested with no test written.

Those whose weights have to be fetched are tested with tiny random ones, with the true keys.
"""

import json
import re
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from engine import plugins
from engine.fetching import hub
from engine.labelling import listen
from engine.onnx_model import ASSETS
from engine.types import AXES, TeacherSpec
from tests import checkpoints
from tests.sounds import silence

NAMES = plugins.names("teachers")
TINY = {
    "audeering": {"encoder": checkpoints.EXPECTED},
    "odyssey": {"encoder": checkpoints.WAVLM},
    "vox_profile": {"encoder": checkpoints.WAVLM},
    "wav2small_teacher": {"encoders": (checkpoints.EXPECTED, checkpoints.WAVLM)},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One of teachers: checkpoints, and an ONNX file of somebody's own."""
    root = tmp_path_factory.mktemp("teachers")
    for make in (checkpoints.audeering, checkpoints.odyssey, checkpoints.vox_profile):
        make(root)
    (root / "own.onnx").write_bytes((ASSETS / "wav2small.onnx").read_bytes())
    (root / "own.json").write_text(json.dumps({"licence": "MIT", "axes": list(AXES)}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(hub.VARIABLE, str(root))
        yield root


@pytest.fixture(scope="module", params=NAMES)
def teacher(request, folder):
    name = "onnx:own" if request.param == "onnx" else request.param
    module = plugins.load("teachers", name)
    load = partial(module.load, **TINY.get(name, {}))
    return SimpleNamespace(name=name, SPEC=module.SPEC, load=load)


@pytest.fixture(scope="module")
def windows(samples):
    """Equally long stretches of speech: [8, 32000]."""
    return np.stack([clip[8000:40_000] for clip in samples.values()])


def test_the_two_that_come_with_etude_are_there():
    assert {"embedded", "loudness"} <= set(NAMES)


def test_its_spec_says_everything(teacher):
    spec = teacher.SPEC
    assert isinstance(spec, TeacherSpec)
    assert spec.name == teacher.name
    for words in (spec.title, spec.source, spec.revision, spec.licence, spec.precision, spec.normalisation):
        assert words.strip() not in ("", "not stated")
    assert sorted(spec.axes) == sorted(AXES)
    assert spec.window_s >= 1
    assert 0 < spec.hop_s <= spec.window_s
    assert re.fullmatch("[0-9a-f]{16}", spec.fingerprint)
    assert isinstance(spec.commercial, bool) and spec.download_bytes >= 0
    assert not (spec.commercial and re.search(r"NC|[Nn]o commercial|research only", spec.licence))


def test_it_loads_as_its_spec_says(teacher):
    model, spec = teacher.load(threads=1), teacher.SPEC
    assert (model.name, model.window_s, model.hop_s) == (spec.name, spec.window_s, spec.hop_s)


def test_it_answers_any_batch_in_numbers(teacher, windows):
    model = teacher.load()
    for batch, length in ((1, 8000), (3, 12_345), (8, 32_000)):
        adv, embedding = model.predict(windows[:batch, :length])
        assert (adv.dtype, adv.shape) == (np.float32, (batch, 3))
        assert np.isfinite(adv).all()
        assert embedding is None or (embedding.dtype, len(embedding), embedding.ndim) == (np.float32, batch, 2)


def test_an_answer_does_not_depend_on_its_neighbours_in_the_batch(teacher, windows):
    model = teacher.load()
    together, embeddings = model.predict(windows)
    for row, window in enumerate(windows):
        adv, embedding = model.predict(window[None])
        assert adv[0] == pytest.approx(together[row], abs=1e-4)
        assert embedding is None or embedding[0] == pytest.approx(embeddings[row], abs=1e-3)


def test_it_says_the_same_again(teacher, windows):
    model = teacher.load()
    assert np.array_equal(model.predict(windows)[0], model.predict(windows)[0])


def test_it_hears_something(teacher, windows):
    assert (teacher.load().predict(windows)[0].std(axis=0) > 0.005).all()


def test_ten_seconds_and_half_a_second_and_digital_silence_break_nothing(teacher, samples):
    model, long = teacher.load(), np.concatenate([*samples.values()])
    for clip in (long[:160_000], long[:8000], silence(1)):
        assert np.isfinite(model.predict(clip[None])[0]).all()


def test_it_says_nothing_of_silence(teacher):
    assert np.isnan(listen.answer(teacher.load(), silence(3)).adv).all()
