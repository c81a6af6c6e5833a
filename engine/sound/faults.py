"""What may be wrong with a recording, as two numbers: flat tops, and noise under the voice."""

import numpy as np

from engine.types import Floats

LEVELS = 50  # steps of the amplitude's histogram, up to the peak
FROM = 20  # the first step that may be a flat top: 40 % of the peak, since resampling lifts peaks above a flat top
BELOW = 6  # steps under it that say how many samples to expect
FRAME = 512  # samples, 32 ms
QUIET, LOUD = 0.1, 0.95  # quantiles of the frames' levels: a pause, if there is any, and a stressed syllable
STILL = 1e-12  # power of a frame without a sound, -120 dB


def flatness(samples: Floats) -> float:
    """How many more samples lie at one level than at the levels below it, in multiples of these; near 0 for a voice.

    Speech has fewer samples the louder they are, so a crowded level is where a recorder's range ended, even if the
    sound was resampled or made quieter later.

    Shape:
        samples: float32 [T] at 16 kHz.
    """
    loud = np.abs(samples)
    counts = np.histogram(loud, LEVELS, (0, max(float(loud.max(initial=0)), STILL)))[0].astype(float)
    pairs = counts[FROM:-1] + counts[FROM + 1 :]  # a flat top may lie between two steps
    below = np.lib.stride_tricks.sliding_window_view(counts[FROM - BELOW - 1 : -3], BELOW).mean(axis=1)
    return float(((pairs - 2 * below) / (2 * below + 10)).max())


def contrast_db(samples: Floats) -> float:
    """How far the quiet tenth of a clip lies below its loudest twentieth, in dB: little where there is much noise.

    Shape:
        samples: float32 [T] at 16 kHz, at least 32 ms.
    """
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = 10 * np.log10(np.square(frames).mean(axis=1) + STILL)
    quiet, loud = np.quantile(levels, (QUIET, LOUD))
    return float(loud - quiet)
