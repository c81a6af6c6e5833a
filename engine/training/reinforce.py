"""Reinforced labels: a teacher's answers to augmented versions of a clip, made once and used by every student.

Dataset Reinforcement (Faghri et al. 2023, arXiv 2303.08983): what is stored is the seed of the augmentation and the
answer; the sound itself is made again from clip and seed, bit for bit.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.sound import augment
from engine.training.crops import STEP
from engine.training.presets import ReinforceOptions
from engine.types import SAMPLE_RATE, Floats, Model

__all__ = ["FULL", "PLAIN", "ReinforceOptions", "Reinforced", "answers", "hearable", "seeds", "version"]

FULL = 32_000  # the peak of a version: a student may not learn from its level, which the gain of a microphone decides
PLAIN = 0  # the seed of a clip's stretch as it is


@dataclass(frozen=True)
class Reinforced:
    """A teacher's answer to one version of a clip.

    Shape:
        adv: float32 [3]; embedding: float32 [E], or None where the teacher offers none.
    """

    seed: int
    adv: Floats
    embedding: Floats | None


def seeds(clip: str, versions: int) -> list[int]:
    """The seeds of a clip's versions, PLAIN first; the first ones stay the same when more are asked for."""
    return [PLAIN, *(zlib.crc32(f"{clip}:{number}".encode()) | 1 for number in range(1, versions))][:versions]


def version(samples: Floats, seed: int, options: ReinforceOptions) -> np.ndarray | None:
    """The stretch of a clip that teacher and student hear, as int16 at full level.

    Shape:
        samples: float32 [T] at 16 kHz, the clip from its first to its last word -> int16 [a multiple of STEP], or None
        where too little is left or it is silent.
    """
    if len(samples) < STEP:
        return None
    rng = np.random.default_rng(seed)
    length = int(rng.uniform(options.shortest_s, options.longest_s) * SAMPLE_RATE)
    if seed == PLAIN:
        part = samples[: int(options.longest_s * SAMPLE_RATE)]
    else:  # half as much again, since a change of speed may shorten it
        part = augment.augment(_stretch(samples, length * 3 // 2, rng), rng, options.strength)
        part = _stretch(part, length, rng)
    part = part[: len(part) // STEP * STEP]
    peak = float(np.abs(part).max(initial=0.0))
    return None if peak < 1e-4 else np.rint(part / np.float32(peak) * FULL).astype(np.int16)


def answers(
    model: Model, samples: Floats, wanted: Iterable[int], options: ReinforceOptions
) -> Iterator[tuple[np.ndarray, Reinforced]]:
    """Ask a teacher about the versions of a clip that have these seeds; gives each one's int16 samples too.

    Versions without sound are left out.
    """
    for seed in wanted:
        heard = version(samples, seed, options)
        if heard is not None:
            adv, embedding = model.predict(hearable(heard)[None])
            yield heard, Reinforced(seed, adv[0], None if embedding is None else embedding[0])


def hearable(samples: np.ndarray) -> Floats:
    """int16 [T] -> float32 [T] on -1..1."""
    return (samples / np.float32(32768)).astype(np.float32)


def _stretch(samples: Floats, length: int, rng: np.random.Generator) -> Floats:
    start = int(rng.integers(max(1, len(samples) - length + 1)))
    return samples[start : start + length]
