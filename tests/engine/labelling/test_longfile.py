from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import plugins
from engine.labelling import listen, longfile
from engine.sound import audio, speech
from engine.teachers import loudness
from engine.types import Floats
from tests.sounds import noise, silence, written

LOUDNESS = loudness.load()


class Slow:
    """Hears long windows that are a whole number of samples apart, and no round one."""

    name, window_s, hop_s = "slow", 5.5, 0.37

    def predict(self, audio: Floats) -> tuple[Floats, None]:
        return np.abs(audio[:, :3]) + np.abs(audio).mean(axis=1, keepdims=True), None


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Floats]) -> Path:
    """A minute and a half in which people speak here and there."""
    one, other = samples["calm"], samples["furious"]
    parts = [silence(3.3), one, noise(9, level=1e-3), other, silence(21), *samples.values(), silence(2.1)]
    return written(tmp_path_factory.mktemp("long") / "long.flac", np.concatenate(parts), subtype="PCM_24", form="FLAC")


@pytest.mark.parametrize("model", [LOUDNESS, Slow()], ids=["loudness", "slow"])
def test_a_file_in_chunks_is_answered_as_its_samples_are(long: Path, model) -> None:
    whole, chunked = listen.answer(model, audio.read(long)), longfile.answer(model, long)
    assert whole.duration_s > 2 * longfile.CHUNK_S
    assert chunked.speech == whole.speech
    assert (chunked.model, chunked.duration_s) == (whole.model, whole.duration_s)
    assert chunked.adv == pytest.approx(whole.adv, abs=1e-6)
    np.testing.assert_allclose(chunked.trace.values, whole.trace.values, atol=1e-6)
    assert np.isnan(whole.trace.values).any() and np.isfinite(whole.trace.values).any()
    np.testing.assert_array_equal(chunked.trace.times_s, whole.trace.times_s)
    assert (chunked.embedding is None) == (whole.embedding is None)


def test_the_embedded_teacher_says_the_same_of_a_short_file_either_way(sample_files: list[Path]) -> None:
    model = plugins.load("teachers", "embedded").load()
    whole, chunked = listen.answer(model, audio.read(sample_files[0])), longfile.answer(model, sample_files[0])
    np.testing.assert_array_equal(chunked.adv, whole.adv)
    np.testing.assert_array_equal(chunked.trace.values, whole.trace.values)
    np.testing.assert_array_equal(chunked.embedding, whole.embedding)


@pytest.mark.parametrize("sound", [noise(50, level=0.01), noise(0.3)], ids=["hiss", "short"])
def test_where_nobody_speaks_nothing_is_said(tmp_path: Path, sound: Floats) -> None:
    path = written(tmp_path / "hiss.wav", sound)
    chunked = longfile.answer(LOUDNESS, path)
    assert np.isnan(chunked.adv).all() and np.isnan(chunked.trace.values).all()
    assert len(chunked.trace.values) == len(listen.answer(LOUDNESS, audio.read(path)).trace.values)
    assert chunked.speech == ()


def test_a_file_that_cannot_be_heard_is_told(tmp_path: Path) -> None:
    with pytest.raises(audio.AudioError, match="silent"):
        longfile.answer(LOUDNESS, written(tmp_path / "silence.wav", silence(3)))


@given(
    st.integers(0, 300), st.lists(st.integers(0, 290), max_size=8).map(sorted), st.integers(1, 60), st.integers(1, 90)
)
def test_cuts_are_the_slices_whatever_the_pieces(total: int, starts: list[int], length: int, piece: int) -> None:
    sound = np.arange(total, dtype=np.float32)
    pieces = (sound[first : first + piece] for first in range(0, total, piece))
    for start, cut in zip(starts, longfile.cuts(pieces, starts, length), strict=True):
        np.testing.assert_array_equal(cut, sound[start : start + length])


@settings(max_examples=10)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=6))
def test_speech_is_heard_in_pieces_as_in_one(voice: Floats, lengths: list[int]) -> None:
    pieces = np.split(voice, np.cumsum(lengths)[np.cumsum(lengths) < len(voice)])
    peak = float(np.abs(voice).max())
    assert speech.heard(pieces, peak) == pytest.approx(speech.probabilities(voice), abs=1e-4)
