"""Where somebody speaks: the filter in front of every model, so that silence and noise are never scored.

Silero's network (MIT) answers once for every 32 ms. The clip is scaled to full level first, so that
the spans do not depend on the gain of a recording.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime

from engine.types import SAMPLE_RATE, Floats, Span

FRAME = 512  # samples an answer
CONTEXT = 64  # samples of the frame before, which the network sees too
BLOCK = 2000  # frames a call: memory stays flat on long files
STARTS, STOPS = 0.5, 0.35  # a span begins above the first and ends below the second
SHORTEST_S, GAP_S, MARGIN_S = 0.1, 0.4, 0.1


@cache
def network() -> onnxruntime.InferenceSession:
    """Silero's: frames [N, 64 + 512] and its state -> probabilities and state.

    Raises:
        ValueError: the package silero-vad is not installed.
    """
    # find_spec, not import: the package's own __init__ would import torch
    spec = find_spec("silero_vad")
    if spec is None or spec.origin is None:
        raise ValueError("The voice filter is missing: install the package silero-vad.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    path = Path(spec.origin).parent / "data" / "silero_vad_16k_sequence.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def probabilities(samples: Floats) -> Floats:
    """Probability of speech in each 32 ms frame.

    Shape:
        samples: float32 [T] at 16 kHz -> float32 [ceil(T / 512)].
    """
    peak = float(np.abs(samples).max(initial=0.0))
    return heard([samples], peak) if peak else np.zeros(-(-len(samples) // FRAME), dtype=np.float32)


def heard(pieces: Iterable[Floats], peak: float) -> Floats:
    """The same of sound that comes in pieces, such as a long file's; its peak, above 0, must be known beforehand."""
    h = c = np.zeros((1, 1, 128), dtype=np.float32)
    answers = []
    for block in _frames(pieces, peak):
        answer, h, c = network().run(None, {"input": block, "h": h, "c": c})
        answers.append(answer)
    return np.concatenate(answers).astype(np.float32)


def spans(samples: Floats) -> tuple[Span, ...]:
    """Stretches of speech in seconds, in order and apart; pauses up to 0.4 s are bridged.

    Shape:
        samples: float32 [T] at 16 kHz.
    """
    return spans_of(probabilities(samples), len(samples) / SAMPLE_RATE)


def spans_of(probabilities: Floats, duration_s: float) -> tuple[Span, ...]:
    """The same by the probability of each frame, [ceil(T / 512)]."""
    found: list[list[float]] = []
    speaking = False
    frame_s = FRAME / SAMPLE_RATE
    for index, probability in enumerate(probabilities):
        if not speaking and probability > STARTS:
            speaking = True
            found.append([index * frame_s, index * frame_s])
        speaking = speaking and bool(probability > STOPS)
        if speaking:
            found[-1][1] = (index + 1) * frame_s
    return _tidy([span for span in found if span[1] - span[0] >= SHORTEST_S], duration_s)


def _frames(pieces: Iterable[Floats], peak: float) -> Iterator[Floats]:
    """Frames, each with what it sees of the one before, at full level, [at most BLOCK, 64 + 512]."""
    waiting = np.zeros(CONTEXT, dtype=np.float32)
    for piece in pieces:
        waiting = np.concatenate([waiting, piece / peak], dtype=np.float32)
        count = (len(waiting) - CONTEXT) // FRAME
        for start in range(0, count, BLOCK):
            block = waiting[start * FRAME : CONTEXT + min(count, start + BLOCK) * FRAME]
            seen = np.lib.stride_tricks.sliding_window_view(block, CONTEXT + FRAME)[::FRAME]
            yield np.ascontiguousarray(seen)
        waiting = waiting[count * FRAME :]
    if len(waiting) > CONTEXT:
        yield np.pad(waiting, (0, CONTEXT + FRAME - len(waiting)))[None]


def _tidy(found: list[list[float]], duration_s: float) -> tuple[Span, ...]:
    merged: list[list[float]] = []
    for start, end in found:
        start, end = max(0.0, start - MARGIN_S), min(duration_s, end + MARGIN_S)
        if merged and start - merged[-1][1] < GAP_S:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return tuple((start, end) for start, end in merged)
