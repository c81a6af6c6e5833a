"""A student's file opened for streams: it hears piece after piece, and was tried once whether that changes anything."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto

from engine.onnx_model import contract, session
from engine.streaming.cut import REFUSED, cut
from engine.streaming.moments import Moments
from engine.streaming.moving import TIME
from engine.streaming.pooling import means
from engine.types import AXES, SAMPLE_RATE, Floats, ordered

PROBED = range(SAMPLE_RATE // 2, SAMPLE_RATE)  # lengths by which a file's frames are found
PIECE_S, PIECES = 0.4, 5  # seconds a piece of noise, and how many are tried after the first
SAME = 1e-3  # the largest difference between both, as a part of the largest number

Sums = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Piece:
    """What is known once a piece is heard.

    Shape:
        tokens: the softmax's weights and the values that they weigh, [tokens, ...] each.
        sums: over all frames to its end.
        kept: what the next piece begins with.
    """

    tokens: list[Floats]
    sums: Sums
    kept: dict[str, Floats]


class Streamed:
    """A student that hears pieces; it remembers none, so any number of streams share it.

    Attributes:
        hop, window: samples from one frame to the next, and samples that a frame hears.
        rate, late, reach: see `engine.streaming.cut.Cut`.
        statistics: whether it hears the mean and variance of the whole recording.

    Raises:
        ValueError: there is no such file, or it is no student that can be streamed.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self.contract = contract(path)
        try:
            self._cut = cut(onnx.load(path))
            self._opening, self._moving = _Part(self._cut.opening, threads), _Part(self._cut.moving, threads)
            self._head = _Part(self._cut.head, threads)
            self._handed = [(each.before, each.after) for each in self._cut.kept]
            self._order = ordered(np.arange(len(AXES), dtype=np.float32), self.contract["axes"]).astype(int)
            self.rate, self.late, self.reach = self._cut.rate, self._cut.late, self._cut.reach
            self.statistics = bool(self._cut.statistics)
            self.hop, self.window = self._grid()
            same = self._tried()
        except ValueError:
            raise
        except Exception as error:  # neither onnx nor onnxruntime has a common class for its errors
            raise ValueError(REFUSED.format("is built otherwise than those that can")) from error
        if not same:
            raise ValueError(REFUSED.format("would say something else of pieces than of the whole"))

    @property
    def tokens_per_s(self) -> float:
        """How many tokens a second of sound becomes."""
        return SAMPLE_RATE / (self.hop * self.rate)

    @property
    def late_s(self) -> float:
        """Seconds from the end of a token's sound to when it is known, where pieces are as short as can be."""
        return self.length(self.late) / SAMPLE_RATE

    def length(self, tokens: int) -> int:
        """The samples that a piece of so many tokens hears; the next one begins `window - hop` before its end."""
        return tokens * self.rate * self.hop + self.window - self.hop

    def silent(self) -> Sums:
        """The sums before the first frame."""
        return {total.before: np.zeros((1, 1)) for total in self._cut.sums}

    def begin(self, samples: Floats, moments: Moments, sums: Sums) -> Piece:
        """Hear a clip from its start to its end; what follows it after all would change its last `late` tokens."""
        out, kept = self._opening(self._given(samples, moments, sums)), {}
        for each in self._cut.kept:
            value = out[each.name]
            last = value.shape[TIME] - each.late
            pads = [(0, 0)] * value.ndim
            pads[TIME] = (max(0, each.length - last), 0)
            padded = np.pad(value[:, :, max(0, last - each.length) : max(0, last)], pads, constant_values=each.fill)
            kept[each.before] = padded
        return self._piece(out, sums, kept)

    def go_on(self, samples: Floats, moments: Moments, piece: Piece) -> Piece:
        """Hear what follows a piece; its tokens begin with those that the piece was too early for."""
        out = self._moving(self._given(samples, moments, piece.sums) | piece.kept)
        return self._piece(out, piece.sums, {before: out[after] for before, after in self._handed})

    def answer(self, pooled: Sequence[Floats | npt.NDArray[np.float64]]) -> Floats:
        """A/D/V float32 [B, 3] in AXES order, unclipped, of the values' means, [B, ...] each."""
        given = {name: mean.astype(np.float32) for name, mean in zip(self._cut.means, pooled, strict=True)}
        return self._head(given)[self._cut.adv][:, self._order]

    def _given(self, samples: Floats, moments: Moments, sums: Sums) -> dict[str, Floats]:
        given = {name: total.astype(np.float32) for name, total in sums.items()}
        if self.statistics:
            known = np.array([moments.mean, moments.variance], np.float32).reshape(2, 1, 1)
            given |= dict(zip(self._cut.statistics, known, strict=True))
        return {self._cut.audio: samples[None], **given}

    def _piece(self, out: dict[str, Floats], sums: Sums, kept: dict[str, Floats]) -> Piece:
        tokens = [out[name][0].swapaxes(0, self._cut.axis - 1) for name in (self._cut.weights, *self._cut.values)]
        return Piece(
            tokens, {each.before: sums[each.before] + out[each.piece][:, -1:] for each in self._cut.sums}, kept
        )

    def _grid(self) -> tuple[int, int]:
        """Samples a frame further, and samples a frame, of which the file says nothing: its frames are counted."""
        front = _Part(self._cut.front, threads=1)

        def frames(length: int) -> int:
            silence = self._given(np.zeros(length, np.float32), Moments(variance=1.0), self.silent())
            return int(front({name: silence[name] for name in front.inputs})[self._cut.layer].shape[TIME])

        count = frames(PROBED[0])
        first, second = (PROBED[bisect_left(PROBED, count + more, key=frames)] for more in (1, 2))
        return second - first, first - count * (second - first)

    def _tried(self) -> bool:
        """Whether a noise that rises is the same to the file, to its parts at once, and to them piece after piece."""
        tokens = max(1, round(PIECE_S * self.tokens_per_s))
        loud = np.linspace(0.01, 0.1, self.length(self.late + (1 + PIECES) * tokens))
        samples, moments = (np.random.default_rng(0).standard_normal(len(loud)) * loud).astype(np.float32), Moments()
        moments.add(samples)
        whole = self.begin(samples, moments, self.silent())
        said = _Part(self._cut.whole, threads=1)({self._cut.audio: samples[None]})
        piece = self.begin(samples[: self.length(self.late + tokens)], moments, self.silent())
        pieces = [[each[:tokens] for each in piece.tokens]]
        for number in range(1, 1 + PIECES):
            start = (self.late + number * tokens) * self.rate * self.hop
            piece = self.go_on(samples[start : start + self.length(tokens)], moments, piece)
            pieces.append(piece.tokens)
        ours = [*means(*whole.tokens), *(np.concatenate(each) for each in zip(*pieces, strict=True))]
        theirs = [*(said[name][0] for name in self._cut.means), *whole.tokens]
        return all(
            float(np.abs(one - other[: len(one)]).max()) <= SAME * float(np.abs(other).max())
            for one, other in zip(ours, theirs, strict=True)
        )


class _Part:
    """A part of a file in a session: values by name to values by name."""

    def __init__(self, model: ModelProto, threads: int) -> None:
        self._session = session(model.SerializeToString(), threads)
        self.inputs = [value.name for value in self._session.get_inputs()]
        self.outputs = [value.name for value in self._session.get_outputs()]

    def __call__(self, given: dict[str, Floats]) -> dict[str, Floats]:
        return dict(zip(self.outputs, self._session.run(None, given), strict=True))
