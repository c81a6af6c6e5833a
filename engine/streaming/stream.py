"""A student that hears a recording while it goes on, or a file of any length, and says what one pass would.

A token waits until all frames that it hears are there, so answers come `Streamed.late_s` after the sound. Nothing is
heard twice but the last second or so, when a recording ends. A student that brings a clip to zero mean and unit
variance says what one pass would only where these are known beforehand, as of a file that is read twice; while somebody
speaks it goes by what it has heard so far, and is near. There is no voice filter here: silence is answered too.
"""

from pathlib import Path

import numpy as np

from engine.sound import audio
from engine.streaming.moments import Moments
from engine.streaming.pooling import Pooling
from engine.streaming.streamed import Piece, Streamed
from engine.streaming.windows import Windows
from engine.types import AXES, SAMPLE_RATE, Floats, Trace

PIECE_S = 2.0  # and what a token waits for is heard at once, however much comes: so memory stays flat


class Stream:
    """One recording, heard by a student.

    Args:
        student: an opened file; streams can share it.
        window_s, hop_s: of the trace.
        moments: of the whole recording, where they are known.
        shortest_s: see `engine.streaming.windows.Windows`.

    Raises:
        ValueError: a window or hop of no length.
    """

    def __init__(
        self,
        student: Streamed,
        window_s: float = 2.0,
        hop_s: float = 0.25,
        moments: Moments | None = None,
        shortest_s: float | None = None,
    ) -> None:
        self.student = student
        self._known, self._moments = moments is not None, moments or Moments()
        self._samples = np.zeros(0, np.float32)  # from the first mark on
        self._length = 0  # of all that was pushed
        self._marks = [(0, student.silent())]  # where pieces began: the token that was to come, and the sums before it
        self._piece: Piece | None = None  # the last one
        self._heard = 0  # tokens that have been begun; the last `late` of them are not known yet
        self._pooling = Pooling()
        self._windows = Windows(window_s, hop_s, student.tokens_per_s, shortest_s)

    @property
    def duration_s(self) -> float:
        """How much was pushed."""
        return self._length / SAMPLE_RATE

    def push(self, samples: Floats) -> Floats:
        """Hear what follows, however much it is.

        Shape:
            samples: float32 [T] at 16 kHz -> A/D/V of the windows that are now known, float32 [N, 3].
        """
        if self.student.statistics and not self._known:
            self._moments.add(samples)
        self._length += len(samples)
        self._samples = np.concatenate([self._samples, samples])
        while self._hear():
            pass
        return self._rows(last=False)

    def finish(self) -> Floats:
        """Hear the end as the end; gives the trace's last rows, [N, 3]. Nothing can be pushed any more.

        Raises:
            ValueError: the recording is too short to be heard.
        """
        student, (token, sums) = self.student, self._marks[0]
        if len(self._samples) < student.window:
            raise ValueError(f"The recording lasts {self.duration_s:.3f} s, which is too short; record more.")
        tokens = student.begin(self._samples, self._moments, sums).tokens
        known = max(0, self._heard - student.late) - token
        self._add([each[known:] for each in tokens])
        return self._rows(last=True)

    def value(self) -> Floats:
        """A/D/V of all tokens that are known, float32 [3]; NaN before there is one."""
        pooled = self._pooling.means()
        if not pooled:
            return np.full(len(AXES), np.nan, np.float32)
        adv: Floats = self.student.answer([each[None] for each in pooled])[0]
        return adv

    def _hear(self) -> bool:
        """Hear one piece, if there is enough."""
        student, size = self.student, self.student.rate * self.student.hop
        start = (self._heard - self._marks[0][0]) * size
        tokens = (len(self._samples) - start - student.window + student.hop) // size
        tokens = min(tokens, student.late + round(PIECE_S * student.tokens_per_s))
        if tokens <= (0 if self._piece else student.late):
            return False
        samples = self._samples[start : start + student.length(tokens)]
        if self._piece is None:
            self._piece = student.begin(samples, self._moments, self._marks[0][1])
            fresh = [each[: tokens - student.late] for each in self._piece.tokens]
        else:
            self._piece = student.go_on(samples, self._moments, self._piece)
            fresh = self._piece.tokens
        self._heard += tokens
        self._marks.append((self._heard, self._piece.sums))
        self._add(fresh)
        self._forget()
        return True

    def _forget(self) -> None:
        """Drop the samples that the end, which begins anew, won't need."""
        student = self.student
        needed = self._heard - student.late - -(-student.reach // student.rate)
        while len(self._marks) > 1 and self._marks[1][0] <= needed:
            (first, _), (second, _) = self._marks.pop(0), self._marks[0]
            self._samples = self._samples[(second - first) * student.rate * student.hop :]

    def _add(self, tokens: list[Floats]) -> None:
        if len(tokens[0]):
            self._pooling.add(*tokens)
            self._windows.add(tokens)

    def _rows(self, last: bool) -> Floats:
        pooled = self._windows.pooled(self._length, last)
        return self.student.answer(pooled) if pooled else np.zeros((0, len(AXES)), np.float32)


def hear(student: Streamed, path: str | Path, window_s: float = 2.0, hop_s: float = 0.25) -> tuple[Floats, Trace]:
    """A/D/V of a sound file as a whole, float32 [3], and of a window that slides over it, in memory that does not grow.

    Raises:
        AudioError: the file can't be heard.
    """
    moments = Moments() if student.statistics else None
    if moments:
        for block in audio.blocks(path):
            moments.add(block)
    stream = Stream(student, window_s, hop_s, moments)
    rows = [stream.push(block) for block in audio.blocks(path)]
    rows.append(stream.finish())
    return stream.value(), Trace(np.concatenate(rows), hop_s, window_s, stream.duration_s)
