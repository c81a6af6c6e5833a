"""Windows that slide over tokens as they come, each pooled by itself: the rows of a trace, those of `Network.trace`."""

import numpy as np

from engine.streaming.pooling import means
from engine.types import SAMPLE_RATE, Floats


class Windows:
    """The tokens that windows to come hear, and no more.

    Args:
        window_s, hop_s: of the trace.
        tokens_per_s: of the student.
        shortest_s: where a recording begins, windows grow from this on until they are whole; None: only whole ones.

    Raises:
        ValueError: a window or hop of no length.
    """

    def __init__(self, window_s: float, hop_s: float, tokens_per_s: float, shortest_s: float | None = None) -> None:
        if window_s <= 0 or hop_s <= 0:
            raise ValueError(f"A window and its hop last some time, got {window_s} s and {hop_s} s.")
        self._window, self._hop = int(window_s * SAMPLE_RATE), int(hop_s * SAMPLE_RATE)
        self._wide, self._step = max(1, round(window_s * tokens_per_s)), hop_s * tokens_per_s
        self._tokens: list[Floats] = []  # weights and values
        self._first = 0  # the number of the first of these
        self._known = 0  # tokens in all
        # the next; windows that grow come before the first whole one, and begin before the recording does
        self._row = 0 if shortest_s is None else min(0, -round((window_s - shortest_s) / hop_s))

    def add(self, tokens: list[Floats]) -> None:
        """Take in the weights and values of more tokens, [tokens, ...] each."""
        older = self._tokens or [each[:0] for each in tokens]
        self._tokens = [np.concatenate(both) for both in zip(older, tokens, strict=True)]
        self._known += len(tokens[0])

    def pooled(self, length: int, last: bool) -> list[Floats]:
        """The values' means in the windows that are known and were not given yet, [windows, ...] each; or nothing.

        Args:
            length: samples so far: a window must lie within.
            last: nothing follows: a clip shorter than a window has one all the same.
        """
        fits = max(0, self._known - self._wide)  # the start of the latest window
        rows = 1 + max(0, length - self._window) // self._hop
        found = []
        while self._row < rows and (last or self._start() + self._wide <= self._known):
            start = min(self._start(), fits)
            heard = slice(max(0, start) - self._first, start + self._wide - self._first)
            found.append(means(*(each[heard] for each in self._tokens)))
            self._row += 1
        kept = max(0, min(self._start(), fits))
        self._tokens, self._first = [each[kept - self._first :] for each in self._tokens], kept
        return [np.stack(each) for each in zip(*found, strict=True)]

    def _start(self) -> int:
        return round(self._row * self._step)
