"""Every teacher in the folder keeps its promises; a file that is dropped in is tested with no test written."""

import re

import numpy as np
import pytest

from engine import listen, plugins
from engine.types import AXES, TeacherSpec
from tests.sounds import silence

NAMES = plugins.names("teachers")


@pytest.fixture(scope="module", params=NAMES)
def teacher(request):
    return plugins.load("teachers", request.param)


@pytest.fixture(scope="module")
def windows(samples):
    """Equally long stretches of speech: [8, 32000]."""
    return np.stack([clip[8000:40_000] for clip in samples.values()])


def test_the_two_that_come_with_etude_are_there():
    assert {"embedded", "loudness"} <= set(NAMES)


def test_its_spec_says_everything(teacher):
    spec = teacher.SPEC
    assert isinstance(spec, TeacherSpec)
    assert spec.name == teacher.__name__.rsplit(".", 1)[-1]
    for words in (spec.title, spec.source, spec.revision, spec.licence, spec.precision):
        assert words.strip() not in ("", "not stated")
    assert sorted(spec.axes) == sorted(AXES)
    assert spec.window_s >= 1
    assert 0 < spec.hop_s <= spec.window_s
    assert re.fullmatch("[0-9a-f]{16}", spec.fingerprint)


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
