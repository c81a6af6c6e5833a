"""A student that answers while somebody speaks: ten times a second, of the last two seconds, held where nobody does.

Until there is a whole window, windows grow from half a second on. Another student can take over at any time: it first
hears the last seconds again, and goes on where the one before it stopped.
"""

from typing import NamedTuple

import numpy as np

from engine.labelling.listen import SPOKEN
from engine.sound.voiced import Voice
from engine.streaming.stream import Stream
from engine.streaming.streamed import Streamed
from engine.types import SAMPLE_RATE, Floats

HOP = SAMPLE_RATE // 10  # samples from one point to the next
HOP_S = HOP / SAMPLE_RATE
FIRST_S = 0.5  # what the first point has heard
RECENT_S = 10.0  # what a student that takes over hears again: its level, too, is that of what it heard


class Point(NamedTuple):
    """A value of a window that ends at `t` seconds; held: nobody spoke, and it is the one before."""

    t: float
    arousal: float
    dominance: float
    valence: float
    held: int = 0


class Line:
    """A model's points, in order."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def add(self, t: float, adv: Floats | None) -> None:
        """Take in A/D/V [3] of a window that ends at `t`; None: hold the last value, if there is one."""
        if self.points and t <= self.points[-1].t:
            return
        if adv is not None:
            arousal, dominance, valence = map(float, adv)
            self.points.append(Point(t, arousal, dominance, valence))
        elif self.points:
            self.points.append(self.points[-1]._replace(t=t, held=1))


class Live:
    """What a student, and the voice filter, make of sound that comes in pieces.

    Attributes:
        line: the student's points, .1 s apart.
        voice: where somebody speaks.
        length: samples so far.

    Raises:
        ValueError: the window is shorter than half a second.
    """

    def __init__(self, student: Streamed, window_s: float = 2.0) -> None:
        if window_s < FIRST_S:
            raise ValueError(f"A live window lasts {FIRST_S} s or longer, got {window_s} s.")
        self.line, self.voice, self.length, self.window_s = Line(), Voice(), 0, window_s
        self._follow(student, 0)

    def push(self, samples: Floats) -> None:
        """Hear what follows, float32 [T] at 16 kHz, however much it is."""
        self.voice.push(samples)
        self.length += len(samples)
        self._take(self._stream.push(samples))

    def swap(self, student: Streamed, recent: Floats) -> None:
        """Let another student go on. `recent` is what was heard last, float32 [T], best `RECENT_S` of it."""
        start = self.length - len(recent)
        late = -start % HOP  # its windows end where those of the one before did
        self._follow(student, (start + late) // HOP)
        self._take(self._stream.push(recent[late:]))

    def speaks(self, t: float) -> bool:
        """Whether enough of the window that ends at `t` is speech to be answered."""
        return self.voice.share(max(0.0, t - self.window_s), t) >= SPOKEN

    def _follow(self, student: Streamed, hops: int) -> None:
        self._stream = Stream(student, self.window_s, HOP_S, shortest_s=FIRST_S)
        self._next = hops + round(FIRST_S / HOP_S)  # hops before the end of the next window

    def _take(self, rows: Floats) -> None:
        for adv in rows:
            t = self._next * HOP / SAMPLE_RATE
            self.line.add(t, np.asarray(adv) if self.speaks(t) else None)
            self._next += 1
