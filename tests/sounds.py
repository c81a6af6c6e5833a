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
