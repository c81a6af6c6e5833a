"""One model, one clip, one answer: speech is found, the clip's value and the trace are taken from it.

The clip's value: everything from the first to the last word, in stretches of at most 10 s with half
overlap, averaged. The trace: a window slides over the clip, each value is what the model says of that
window alone, as it was trained to; windows without speech stay NaN.
"""

from collections.abc import Iterator

import numpy as np

from engine import speech
from engine.types import AXES, SAMPLE_RATE, Answer, Floats, Model, Span, Trace

LONGEST_S = 10.0  # a transformer trained on clips drifts on longer ones
SHORTEST_S = 0.5  # less than this is padded by its surroundings
SPOKEN = 0.25  # part of a window that must be speech
BATCH = 16  # windows a call


def answer(model: Model, samples: Floats) -> Answer:
    """Ask `model` about a clip.

    Shape:
        samples: float32 [T] at 16 kHz, at any level.

    Returns:
        The answer; its values are NaN where nobody speaks.
    """
    duration_s = len(samples) / SAMPLE_RATE
    spoken = speech.spans(samples)
    adv, embedding = clip_value(model, samples, spoken)
    return Answer(model.name, adv, trace(model, samples, spoken), embedding, spoken, duration_s)


def clip_value(model: Model, samples: Floats, spoken: tuple[Span, ...]) -> tuple[Floats, Floats | None]:
    """A/D/V [3] of the whole clip, NaN without speech, and the model's embedding [E] where it has one."""
    if not spoken:
        return np.full(len(AXES), np.nan, np.float32), None
    answers = [model.predict(piece[None]) for piece in stretches(trimmed(samples, spoken))]
    adv = np.stack([values[0] for values, _ in answers]).mean(axis=0)
    pooled = [embedding[0] for _, embedding in answers if embedding is not None]
    return adv, np.stack(pooled).mean(axis=0) if pooled else None


def trimmed(samples: Floats, spoken: tuple[Span, ...]) -> Floats:
    """The clip from its first to its last word, never shorter than half a second if there is that much."""
    start, end = int(spoken[0][0] * SAMPLE_RATE), int(spoken[-1][1] * SAMPLE_RATE)
    shortest = int(SHORTEST_S * SAMPLE_RATE)
    if end - start < shortest:
        start = max(0, min((start + end - shortest) // 2, len(samples) - shortest))
        end = start + shortest
    return samples[start:end]


def stretches(samples: Floats) -> Iterator[Floats]:
    """Equally long, half overlapping stretches of at most 10 s that cover all of `samples`."""
    longest = int(LONGEST_S * SAMPLE_RATE)
    count = 1 if len(samples) <= longest else 1 + -(-(len(samples) - longest) // (longest // 2))
    starts = np.linspace(0, max(0, len(samples) - longest), count).astype(int)
    return (samples[start : start + longest] for start in starts)


def trace(model: Model, samples: Floats, spoken: tuple[Span, ...]) -> Trace:
    """A/D/V of a window that slides over the clip; NaN where less than a quarter of it is speech."""
    duration_s = len(samples) / SAMPLE_RATE
    window, hop = int(model.window_s * SAMPLE_RATE), int(model.hop_s * SAMPLE_RATE)
    starts = np.arange(0, max(1, len(samples) - window + 1), hop)
    values = np.full((len(starts), len(AXES)), np.nan, dtype=np.float32)
    length = min(window, len(samples))
    heard = _spoken_samples(spoken, len(samples))
    enough = SPOKEN * length
    asked = [i for i, start in enumerate(starts) if heard[start + length] - heard[start] >= enough]
    for first in range(0, len(asked), BATCH):
        rows = asked[first : first + BATCH]
        values[rows] = model.predict(np.stack([samples[starts[i] : starts[i] + length] for i in rows]))[0]
    return Trace(values, model.hop_s, model.window_s, duration_s)


def _spoken_samples(spoken: tuple[Span, ...], length: int) -> np.ndarray:
    """How many samples before each place are speech: [length + 1]."""
    flags = np.zeros(length, dtype=bool)
    for start, end in spoken:
        flags[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] = True
    return np.concatenate([[0], np.cumsum(flags)])
