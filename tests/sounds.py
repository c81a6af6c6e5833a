"""Sounds made by numbers, and files of them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile as sf

from engine.types import Floats


def tone(hz: float = 300, seconds: float = 1.0, rate: int = 16_000, level: float = 0.5) -> Floats:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def written(
    path: Path, samples: npt.NDArray[np.generic], rate: int = 16_000, subtype: str = "PCM_16", form: str = "WAV"
) -> Path:
    sf.write(path, samples, rate, subtype=subtype, format=form)
    return path


def silence(seconds: float = 1.0) -> Floats:
    return np.zeros(round(seconds * 16_000), np.float32)


def noise(seconds: float = 1.0, colour: float = 0.0, level: float = 0.1, seed: int = 0) -> Floats:
    """Noise of a colour: 0 white, 1 brown; its RMS is the level."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(round(seconds * 16_000)))
    hiss = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 20) ** colour, n=round(seconds * 16_000))
    return (hiss * level / np.sqrt(np.mean(hiss**2))).astype(np.float32)


def babble(seconds: float, rng: np.random.Generator) -> Floats:
    """Harmonics of a gliding pitch under a random tilt, in syllables, with breath: a voice to a network, not to us."""
    t = np.arange(round(seconds * 16_000)) / 16_000
    pitch = rng.uniform(90, 280) * (1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.3, 1.5) * t + rng.uniform(0, 6)))
    phase, tilt = 2 * np.pi * np.cumsum(pitch) / 16_000, rng.uniform(0.6, 2.0)
    voiced = sum(np.sin(k * phase) / k**tilt for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * rng.uniform(2, 6) * t + rng.uniform(0, 6)) + rng.uniform(0, 2), 0.01, None)
    breath = rng.uniform(0.01, 0.3) * rng.standard_normal(len(t))
    sound = (voiced + breath) * syllables ** rng.uniform(0.2, 2)
    return (0.9 * sound / np.abs(sound).max()).astype(np.float32)
