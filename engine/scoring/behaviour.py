"""What a model says where nobody speaks: of silence, noises, a tone and music, all of them synthetic.

The product never asks that: `engine.sound.speech` keeps such sounds from every model. A model that runs alone, on a
hearing aid, has no such filter, so its answers here belong on its card. There is no right answer, only a quiet one:
near the middle of the scale.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.sound import augment, speech
from engine.types import SAMPLE_RATE, Floats, Model

DURATION_S = 5.0
LEVELS_DB = (-26, -50)  # RMS against full scale: as loud as speech usually is (ITU-T P.56), and a quiet room
COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # the amplitude falls with this power of the frequency
LOWEST_HZ = 20.0  # below it nothing is heard, and brown noise would be all rumble
TONE_HZ = 440.0


def behaviour(model: Model) -> list[dict[str, Any]]:
    """Ask a model, without a voice filter, about each of `sounds`; the same model always gives the same.

    Returns:
        An entry a sound, plain enough for JSON: `sound`, `level_db` (None for silence), `duration_s`, `synthetic`
        (always true), `adv` (three numbers in AXES order, None where the model gives none) and `speech`: whether the
        voice filter would have let any of it through.
    """
    found = []
    for name, level_db, samples in sounds():
        said = model.predict(samples[None])[0][0]
        found.append({
            "sound": name, "level_db": level_db, "duration_s": DURATION_S, "synthetic": True,
            "adv": [round(float(value), 3) if np.isfinite(value) else None for value in said],
            "speech": bool(speech.spans(samples)),
        })  # fmt: skip
    return found


def sounds() -> Iterator[tuple[str, int | None, Floats]]:
    """Each sound's name, its RMS in dB against full scale, and its samples, float32 [T] at 16 kHz."""
    length = int(DURATION_S * SAMPLE_RATE)
    yield "digital silence", None, np.zeros(length, np.float32)
    for colour, power in COLOURS.items():
        for level_db in LEVELS_DB:
            yield f"{colour} noise", level_db, _levelled(noise(length, power), level_db)
    tone = np.sin(2 * np.pi * TONE_HZ * np.arange(length) / SAMPLE_RATE)
    yield f"{TONE_HZ:.0f} Hz tone", LEVELS_DB[0], _levelled(tone, LEVELS_DB[0])
    music = augment.chords(length, np.random.default_rng(0))
    yield "music of synthetic chords", LEVELS_DB[0], _levelled(music, LEVELS_DB[0])


def noise(length: int, power: float, seed: int = 0) -> Floats:
    """Noise whose amplitude falls with that power of the frequency: float32 [length] at 16 kHz, of any level."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    spectrum /= np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), LOWEST_HZ) ** power
    return np.fft.irfft(spectrum, n=length).astype(np.float32)


def _levelled(samples: np.ndarray, level_db: float) -> Floats:
    rms = np.sqrt(np.mean(np.square(samples, dtype=np.float64)))
    return np.asarray(samples / rms * 10 ** (level_db / 20), np.float32)
