"""A teacher without weights: louder is more aroused, brighter more dominant, steadier more pleasant.

It knows nothing of emotion. It lets the whole loop run in tests, in seconds.
"""

import numpy as np

from engine.types import SAMPLE_RATE, Floats, TeacherSpec

SPEC = TeacherSpec(
    name="loudness",
    title="Loudness (no weights, for tests)",
    source="computed",
    revision="1",
    licence="Apache-2.0",
    commercial=True,
    window_s=1.0,
)


class Loudness:
    """Level, spectral centroid and steadiness of the level, each mapped onto 0..1."""

    name = SPEC.name
    window_s = SPEC.window_s
    hop_s = SPEC.hop_s

    def predict(self, audio: Floats) -> tuple[Floats, Floats]:
        """Answer a batch; see `engine.types.Model`."""
        audio = audio.astype(np.float64)
        level_db = 10 * np.log10(np.mean(audio**2, axis=1) + 1e-10)
        power = np.abs(np.fft.rfft(audio, axis=1)) ** 2
        hertz = np.fft.rfftfreq(audio.shape[1], 1 / SAMPLE_RATE)
        centroid = power @ hertz / (power.sum(axis=1) + 1e-12)
        blocks = audio[:, : audio.shape[1] // 8 * 8].reshape(len(audio), 8, -1)
        loudness = np.sqrt(np.mean(blocks**2, axis=2)) + 1e-6
        unsteady = np.std(np.log(loudness), axis=1)
        adv = np.stack([(level_db + 60) / 60, centroid / 4000, 1 / (1 + unsteady)], axis=1).astype(np.float32)
        return adv, adv


def load(threads: int = 1) -> Loudness:
    """Ready at once; `threads` changes nothing."""
    return Loudness()
