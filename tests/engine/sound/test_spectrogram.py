import numpy as np
import pytest

from engine.sound.spectrogram import BANDS, COLUMNS, spectrogram
from engine.types import SAMPLE_RATE, Floats

MEL = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)


def tone(hertz: float, seconds: float = 1.0) -> Floats:
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize("hertz", [100.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_a_line_at_its_height(hertz: float) -> None:
    picture = spectrogram(tone(hertz))
    assert picture.shape == (BANDS, COLUMNS)
    band = BANDS * 2595 * np.log10(1 + hertz / 700) / MEL
    middle = picture[:, 10:-10]
    assert abs(int(np.median(middle.argmax(axis=0))) - (BANDS - 0.5 - band)) <= 1
    assert np.median(middle, axis=1).argmax() == np.median(middle.argmax(axis=0))


def test_what_sounds_later_stands_further_right() -> None:
    sound = np.concatenate([np.zeros(SAMPLE_RATE, np.float32), tone(500), np.zeros(2 * SAMPLE_RATE, np.float32)])
    loud = np.flatnonzero(spectrogram(sound).max(axis=0) > 200) / COLUMNS
    assert loud.min() == pytest.approx(0.25, abs=0.01)
    assert loud.max() == pytest.approx(0.5, abs=0.01)


def test_a_louder_clip_is_the_same_picture(voice: Floats) -> None:
    quiet, loud = spectrogram(0.1 * voice), spectrogram(0.8 * voice)
    assert np.abs(quiet.astype(int) - loud).max() <= 1


@pytest.mark.parametrize("length", [1, 100, 3200, 40_000])
def test_any_length_fills_the_picture(length: int) -> None:
    picture = spectrogram(np.ones(length, np.float32) * 0.1)
    assert picture.shape == (BANDS, COLUMNS)
    assert picture.dtype == np.uint8
