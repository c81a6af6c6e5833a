"""One model, one sound file of any length: what `engine.labelling.listen` says of it all, in memory that does not grow.

The file is read piece by piece, once for its length and level, once for where somebody speaks, once for its value and
once for the trace: chunks of 20 s, each of which begins 4 s before the last one ends, so that every window lies within
one of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from engine.labelling import listen
from engine.sound import audio, speech
from engine.types import AXES, SAMPLE_RATE, Answer, Floats, Model, Span, Trace

CHUNK_S, OVERLAP_S = 20.0, 4.0


def answer(model: Model, path: Path) -> Answer:
    """Ask `model` about a file, as `engine.labelling.listen.answer` does about samples.

    Raises:
        AudioError: the file can't be heard.
    """
    length, peak = 0, 0.0
    for piece in audio.blocks(path):
        length, peak = length + len(piece), max(peak, float(np.abs(piece).max()))
    duration_s = length / SAMPLE_RATE
    spoken = speech.spans_of(speech.heard(audio.blocks(path), peak), duration_s)
    adv, embedding = listen.mean(model, _stretches(path, length, spoken) if spoken else ())
    trace = Trace(_rows(model, path, length, spoken), model.hop_s, model.window_s, duration_s)
    return Answer(model.name, adv, trace, embedding, spoken, duration_s)


def cuts(pieces: Iterable[Floats], starts: Sequence[int], length: int) -> Iterator[Floats]:
    """The stretches of so many samples that begin at these, in ascending order; shorter only where the sound ends."""
    left = iter(pieces)
    held, before = np.zeros(0, np.float32), 0
    for start in starts:
        while before + len(held) < start + length and (piece := next(left, None)) is not None:
            gone = min(max(0, start - before), len(held))
            held, before = np.concatenate([held[gone:], piece]), before + gone
        yield held[start - before : start - before + length]


def _stretches(path: Path, length: int, spoken: tuple[Span, ...]) -> Iterator[Floats]:
    first, last = listen.bounds(length, spoken)
    starts, longest = listen.divided(last - first)
    return cuts(audio.blocks(path), [first + start for start in starts], longest)


def _rows(model: Model, path: Path, length: int, spoken: tuple[Span, ...]) -> Floats:
    """The trace's, [N, 3]: of each chunk the windows that begin before the next one does."""
    window, hop = int(model.window_s * SAMPLE_RATE), int(model.hop_s * SAMPLE_RATE)
    rows = max(1, int((CHUNK_S - OVERLAP_S) * SAMPLE_RATE) // hop)  # a chunk
    chunk = rows * hop + max(window, int(OVERLAP_S * SAMPLE_RATE))
    starts = range(0, max(1, length - window + 1), rows * hop)
    found = [
        listen.windows(model, samples, spoken, start)[:rows]
        for start, samples in zip(starts, cuts(audio.blocks(path), starts, chunk), strict=True)
    ]
    return np.concatenate(found) if found else np.zeros((0, len(AXES)), np.float32)
