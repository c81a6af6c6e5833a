"""A clip's spectrogram as a small picture: as many columns as there is room for, however long the clip is."""

import numpy as np
import numpy.typing as npt
import scipy.fft

from engine.types import SAMPLE_RATE, Floats

WINDOW = 512  # samples, 32 ms: a vowel's harmonics and a consonant's burst are both seen
BINS = 2048  # of the transform: more than the window has, so that no band is without one
COLUMNS, BANDS = 560, 64
RANGE_DB = 65.0  # from the loudest down to what is drawn as nothing
SILENCE = 1e-10

Picture = npt.NDArray[np.uint8]


def spectrogram(samples: Floats, columns: int = COLUMNS, bands: int = BANDS) -> Picture:
    """Level in mel bands over time: 255 is the clip's loudest, 0 is 65 dB below it.

    Shape:
        samples: float32 [T] at 16 kHz, T >= 1 -> uint8 [bands, columns], the highest band first.
    """
    padded = np.pad(samples, WINDOW // 2)
    starts = np.linspace(0, len(samples) - 1, columns).astype(int)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[starts] * np.hanning(WINDOW).astype(np.float32)
    power = np.square(np.abs(scipy.fft.rfft(frames, BINS, axis=1)))
    level = 10 * np.log10(np.add.reduceat(power, _edges(bands), axis=1)[:, :-1] + SILENCE)
    shown = np.clip((level - level.max() + RANGE_DB) / RANGE_DB, 0, 1)
    picture: Picture = np.round(255 * shown).astype(np.uint8).T[::-1]
    return picture


def _edges(bands: int) -> npt.NDArray[np.int64]:
    """Where each band begins, and where the last one ends, in bins; equally wide in mel (O'Shaughnessy 1987)."""
    highest = 2595 * np.log10(1 + SAMPLE_RATE / 2 / 700)
    hertz = 700 * (10 ** (np.linspace(0, highest, bands + 1) / 2595) - 1)
    edges: npt.NDArray[np.int64] = np.round(hertz / SAMPLE_RATE * BINS).astype(np.int64)
    return edges
