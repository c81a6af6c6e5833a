"""Sounds in which nobody speaks, made by numbers, with a target of their own: the middle of the scale.

A student alone, without a voice filter in front, then says nothing where there is nothing to be heard.
"""

from collections.abc import Iterator

import numpy as np

from engine.sound import augment
from engine.training.crops import STEP, Crop
from engine.training.reinforce import FULL
from engine.training.sampling import QUIET
from engine.types import SAMPLE_RATE, Floats

REST = (0.5, 0.5, 0.5)  # arousal, dominance, valence


def sound(rng: np.random.Generator) -> Floats:
    """Silence with a click or a hiss in it, coloured noise, hum, or chords: 1-3 s, float32 [T]."""
    length = STEP * int(rng.integers(2, 7))
    nothing = np.zeros(length, np.float32)
    match int(rng.integers(5)):
        case 0:
            nothing[int(rng.integers(length))] = 1
            return nothing
        case 1:
            return augment.chords(length, rng)
        case 2:
            hum = np.sin(2 * np.pi * rng.choice((50, 60, 100, 440, 1000)) * np.arange(length) / SAMPLE_RATE)
            return augment.noise(hum.astype(np.float32), rng)
        case _:
            return augment.noise(rng.standard_normal(length).astype(np.float32) * 1e-4, rng, (-30, 0))


def crops(count: int, embedding: int, seed: int = 0) -> Iterator[Crop]:
    """So many sounds with the target REST and no embedding to follow."""
    for number in range(count):
        heard = sound(np.random.default_rng([seed, number]))
        samples = np.rint(heard / max(float(np.abs(heard).max()), 1e-6) * FULL).astype(np.int16)
        yield Crop(samples, np.array(REST, np.float32), np.zeros(embedding, np.float32), QUIET)
