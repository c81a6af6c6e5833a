"""One model, one clip, one answer: speech is found, the clip's value and the trace are taken from it.

The clip's value: everything from the first to the last word, in stretches of at most 10 s with half
overlap, averaged. The trace: a window slides over the clip, each value is what the model says of that
window alone, as it was trained to; windows without speech stay NaN.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from engine.sound import speech
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
    return mean(model, stretches(trimmed(samples, spoken)) if spoken else ())


def mean(model: Model, pieces: Iterable[Floats]) -> tuple[Floats, Floats | None]:
    """The mean A/D/V [3] of pieces of sound, NaN without one, and the mean embedding [E] where the model has one."""
    answers = [model.predict(piece[None]) for piece in pieces]
    if not answers:
        return np.full(len(AXES), np.nan, np.float32), None
    adv = np.stack([values[0] for values, _ in answers]).mean(axis=0)
    pooled = [embedding[0] for _, embedding in answers if embedding is not None]
    return adv, np.stack(pooled).mean(axis=0) if pooled else None


def trimmed(samples: Floats, spoken: tuple[Span, ...]) -> Floats:
    """The clip from its first to its last word, never shorter than half a second if there is that much."""
    start, end = bounds(len(samples), spoken)
    return samples[start:end]


def bounds(length: int, spoken: tuple[Span, ...]) -> tuple[int, int]:
    """The samples, of so many, at which what `trimmed` keeps begins and ends."""
    start, end = int(spoken[0][0] * SAMPLE_RATE), int(spoken[-1][1] * SAMPLE_RATE)
    shortest = int(SHORTEST_S * SAMPLE_RATE)
    if end - start < shortest:
        start = max(0, min((start + end - shortest) // 2, length - shortest))
        end = start + shortest
    return start, min(end, length)


def stretches(samples: Floats) -> Iterator[Floats]:
    """Equally long, half overlapping stretches of at most 10 s that cover all of `samples`."""
    starts, length = divided(len(samples))
    return (samples[start : start + length] for start in starts)


def divided(length: int) -> tuple[list[int], int]:
    """Where the stretches of so many samples begin, and how long they are."""
    longest = int(LONGEST_S * SAMPLE_RATE)
    count = 1 if length <= longest else 1 + -(-(length - longest) // (longest // 2))
    starts: list[int] = np.linspace(0, max(0, length - longest), count).astype(int).tolist()
    return starts, min(longest, length)


def trace(model: Model, samples: Floats, spoken: tuple[Span, ...]) -> Trace:
    """A/D/V of a window that slides over the clip; NaN where less than a quarter of it is speech."""
    return Trace(windows(model, samples, spoken), model.hop_s, model.window_s, len(samples) / SAMPLE_RATE)


def windows(model: Model, samples: Floats, spoken: tuple[Span, ...], before: int = 0) -> Floats:
    """The rows of a trace, [N, 3], of a stretch of sound that so many samples come before."""
    window, hop = int(model.window_s * SAMPLE_RATE), int(model.hop_s * SAMPLE_RATE)
    starts = np.arange(0, max(1, len(samples) - window + 1), hop)
    values = np.full((len(starts), len(AXES)), np.nan, dtype=np.float32)
    length = min(window, len(samples))
    heard = _spoken_samples(spoken, before, len(samples))
    enough = SPOKEN * length
    asked = [i for i, start in enumerate(starts) if heard[start + length] - heard[start] >= enough]
    for first in range(0, len(asked), BATCH):
        rows = asked[first : first + BATCH]
        values[rows] = model.predict(np.stack([samples[starts[i] : starts[i] + length] for i in rows]))[0]
    return values


def _spoken_samples(spoken: tuple[Span, ...], before: int, length: int) -> np.ndarray:
    """How many samples before each place are speech: [length + 1]."""
    flags = np.zeros(length, dtype=bool)
    for start, end in spoken:
        first, last = int(start * SAMPLE_RATE) - before, int(end * SAMPLE_RATE) - before
        flags[max(0, first) : max(0, last)] = True
    return np.concatenate([[0], np.cumsum(flags)])
