"""Where somebody speaks, told while they speak: `engine.sound.speech` for a voice that comes in pieces.

The network's state is carried on. What comes cannot be scaled by a peak that is still to come, so the level is that of
the loudest frame so far, which fades: a door that slams hushes what follows for some seconds only.
"""

import numpy as np

from engine.sound.speech import CONTEXT, FRAME, GAP_S, MARGIN_S, SHORTEST_S, STARTS, STOPS, network
from engine.types import SAMPLE_RATE, Floats, Span

FRAME_S = FRAME / SAMPLE_RATE
FADE = 0.5 ** (FRAME_S / 10.0)  # of the level, a frame: halved in 10 s
QUIETEST = 1e-3  # of full scale: what stays below is not made louder than this would be


class Voice:
    """The stretches of speech so far.

    Attributes:
        spans: in seconds, in order and apart; the last may go on, and ends up to 0.1 s after what was heard.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._samples = np.zeros(CONTEXT, np.float32)  # what the next frame sees of the last one, and what waits
        self._h = self._c = np.zeros((1, 1, 128), np.float32)
        self._level = QUIETEST
        self._frames = 0
        self._begun: float | None = None  # when the speech began that goes on

    def push(self, samples: Floats) -> None:
        """Hear what follows.

        Shape:
            samples: float32 [T] at 16 kHz.
        """
        self._samples = np.concatenate([self._samples, samples])
        count = (len(self._samples) - CONTEXT) // FRAME
        if count < 1:
            return
        seen = np.lib.stride_tricks.sliding_window_view(self._samples, CONTEXT + FRAME)[::FRAME][:count]
        levels = np.array([self._levelled(float(np.abs(frame[CONTEXT:]).max())) for frame in seen], np.float32)
        given = {"input": seen / levels[:, None], "h": self._h, "c": self._c}
        answer, self._h, self._c = network().run(None, given)
        for probability in answer:
            self._step(float(probability))
        self._samples = self._samples[count * FRAME :]

    def share(self, start_s: float, end_s: float) -> float:
        """The part of a stretch in which somebody speaks, 0..1."""
        spoken = 0.0
        for start, end in reversed(self.spans):
            if end <= start_s:
                break
            spoken += max(0.0, min(end, end_s) - max(start, start_s))
        return spoken / (end_s - start_s)

    def _levelled(self, peak: float) -> float:
        self._level = max(QUIETEST, FADE * self._level, peak)
        return self._level

    def _step(self, probability: float) -> None:
        start, end = self._frames * FRAME_S, (self._frames + 1) * FRAME_S
        self._frames += 1
        if self._begun is None and probability > STARTS:
            self._begun = start
        elif probability <= STOPS:
            self._begun = None
        if self._begun is not None and end - self._begun >= SHORTEST_S:
            self._add(max(0.0, self._begun - MARGIN_S), end + MARGIN_S)

    def _add(self, start: float, end: float) -> None:
        if self.spans and start - self.spans[-1][1] < GAP_S:
            start, _ = self.spans.pop()
        self.spans.append((start, end))
