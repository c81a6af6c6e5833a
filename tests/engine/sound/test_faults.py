import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from app.library.findings import FLAT, NOISY_DB
from engine.sound.faults import contrast_db, flatness
from tests.sounds import noise, silence


def test_a_voice_is_neither_flat_nor_noisy(samples):
    for each in samples.values():
        assert flatness(each) < FLAT
        assert contrast_db(each) > NOISY_DB


@pytest.mark.parametrize("level", [1.0, 0.2])
def test_what_was_cut_off_is_flat_even_resampled_and_made_quieter(samples, level):
    for each in samples.values():
        fine = soxr.resample(each / np.abs(each).max(), 16_000, 48_000)
        cut = soxr.resample(np.clip(3 * fine, -1, 1), 48_000, 16_000)
        assert flatness((level * cut).astype(np.float32)) > FLAT


def test_noise_as_loud_as_the_voice_is_heard(samples):
    for each in samples.values():
        hiss = noise(len(each) / 16_000, colour=0.5, level=float(each.std()))
        assert contrast_db(each + hiss) < NOISY_DB


@given(st.floats(0.01, 1.0))
def test_a_gain_changes_neither(gain):
    sound = noise(1.0) * np.linspace(0, 1, 16_000, dtype=np.float32)
    assert contrast_db(np.float32(gain) * sound) == pytest.approx(contrast_db(sound), abs=0.01)
    assert flatness(np.float32(gain) * sound) == pytest.approx(flatness(sound), abs=0.1)


def test_silence_is_a_number_too():
    assert contrast_db(silence()) == 0
    assert np.isfinite(flatness(silence()))
