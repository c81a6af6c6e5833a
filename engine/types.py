"""The nouns that engine, store and app share. Only numpy and the standard library are imported here.

Scale: every value of A/D/V lies nominally in 0..1 and is kept unclipped; only drawing clips it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

AXES = ("arousal", "dominance", "valence")  # the only order, everywhere
SAMPLE_RATE = 16_000  # Hz, mono: what every teacher and student hears
LISTENING = 1  # the version of `listen` and `speech` in the engine: whoever changes what they give raises it

Floats = npt.NDArray[np.float32]
Span = tuple[float, float]  # start and end, in seconds


@dataclass(frozen=True)
class Trace:
    """A/D/V over time. A row is NaN where the window held no speech.

    Shape:
        values: float32 [N, 3] in AXES order.
    """

    values: Floats
    hop_s: float
    window_s: float
    duration_s: float

    @property
    def times_s(self) -> Floats:
        """Centre of each window in seconds; a clip shorter than the window has one row, at its middle."""
        half = min(self.window_s, self.duration_s) / 2
        return (np.arange(len(self.values), dtype=np.float32) * self.hop_s + half).astype(np.float32)


@dataclass(frozen=True)
class Answer:
    """What one model says of one clip.

    Shape:
        adv: float32 [3], NaN when the clip holds no speech.
        embedding: float32 [E], the model's pooled features, or None where it offers none.
    """

    model: str
    adv: Floats
    trace: Trace
    embedding: Floats | None
    speech: tuple[Span, ...]
    duration_s: float

    @property
    def speech_s(self) -> float:
        """Seconds in which somebody speaks."""
        return float(sum(end - start for start, end in self.speech))


@dataclass(frozen=True)
class TeacherSpec:
    """What a teacher is, known without loading it."""

    name: str
    title: str
    source: str  # where the weights come from
    revision: str  # hash of the weights file or a hub commit
    licence: str  # what whoever uses the teacher, or distils from it, must keep
    axes: tuple[str, str, str] = AXES  # the order in which the network itself answers
    window_s: float = 2.0  # what one value of the trace has heard
    hop_s: float = 0.25
    precision: str = "fp32"
    normalisation: str = "its own, inside the file"  # of what it hears; the revision and the code decide it
    commercial: bool = False  # whether what is distilled from it may be sold; false where nobody said so
    download_bytes: int = 0  # to fetch before its first use; 0: it comes with Etude

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change with anything that changes the answers."""
        about = ("title", "licence", "source", "normalisation", "commercial", "download_bytes")
        heard = {k: v for k, v in asdict(self).items() if k not in about} | {"listening": LISTENING}
        return hashlib.sha256(json.dumps(heard, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class StudentSpec:
    """What a student is before it is trained: everything that `build` needs."""

    architecture: str  # a file's name in engine/students
    size: int = 16  # channels: the one dial
    seed: int = 0
    shape: dict[str, int] = field(default_factory=dict)  # what the architecture lets be set besides, by name


class Model(Protocol):
    """Anything that answers A/D/V for equally long stretches of speech: a teacher or a student."""

    name: str
    window_s: float
    hop_s: float

    def predict(self, audio: Floats) -> tuple[Floats, Floats | None]:
        """Answer a batch.

        Shape:
            audio: float32 [B, T] at 16 kHz -> A/D/V float32 [B, 3], embedding float32 [B, E] or None.
        """
        ...


@dataclass(frozen=True)
class CorpusRow:
    """One file of a corpus and what its makers say about it. Empty text means: not stated."""

    path: Path
    speaker: str = ""
    language: str = ""
    category: str = ""
    intensity: str = ""
    recognised: float | None = None  # part of listeners who named the category, 0..1
    split: str = ""  # train, dev, test, or nothing
    licence: str = ""
    corpus: str = ""
    sex: str = ""  # of the speaker, in the corpus's own word


Verdict = Literal["accept", "correct", "reject", "skip"]


def ordered(values: Floats, axes: Iterable[str]) -> Floats:
    """Reorder the last axis of `values`, named by `axes`, into AXES order: by name, never by place.

    Raises:
        ValueError: `axes` are not arousal, dominance and valence in some order.
    """
    names = tuple(axes)
    if sorted(names) != sorted(AXES):
        raise ValueError(f"Expected the axes {AXES} in any order, got {names}.")
    return values[..., [names.index(axis) for axis in AXES]]
