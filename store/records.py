"""What the store gives and takes: one frozen record a row.

Times are seconds since 1970 (UTC); an id of 0 means: not stored yet.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.types import Floats, StudentSpec, Trace, Verdict

Shown = Literal["doubt", "random", "repeat", "asked"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class ClipRecord:
    """A stretch of audio in the library. Empty text means: not stated."""

    id: str  # lower-case hex, from the decoded samples: the same sound has the same id
    name: str
    corpus: str = ""
    speaker: str = ""
    sex: str = ""
    language: str = ""
    category: str = ""
    split: str = ""
    licence: str = ""
    source: str = ""  # the path it came from
    duration_s: float
    peak: float
    rms: float
    speech_s: float | None = None  # None until a teacher has listened
    added_at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One speaker of a corpus, and how much of theirs the library holds."""

    corpus: str
    speaker: str
    split: str
    clip_id: str  # the only clip of somebody whose name is not stated
    clips: int
    duration_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelRecord:
    """A teacher's answer for a clip. It may be computed again; corrections may not.

    Shape:
        adv: float32 [3] in AXES order, NaN when nobody speaks.
        embedding: float32 [E], or None where the teacher offers none.
    """

    clip_id: str
    teacher: str
    fingerprint: str  # TeacherSpec.fingerprint
    adv: Floats
    trace: Trace
    embedding: Floats | None = None
    speech_s: float
    made_at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True, eq=False)
class HealthRecord:
    """What a clip's sound is like. What the two numbers are is said in `engine.sound.faults`.

    Shape:
        fingerprint: uint32 [frames], of `engine.sound.fingerprint`.
    """

    clip_id: str
    contrast_db: float
    flatness: float
    fingerprint: npt.NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClipFacts:
    """All clips of a library at once, one entry each; NaN: not known yet.

    Shape:
        adv: float32 [clips, 3] in AXES order; NaN where nobody speaks or no teacher has listened.
        all others: [clips]
    """

    ids: Sequence[str]
    corpora: Sequence[str]
    speakers: Sequence[str]
    duration_s: npt.NDArray[np.float64]
    speech_s: npt.NDArray[np.float64]
    peak: npt.NDArray[np.float64]
    contrast_db: npt.NDArray[np.float64]
    flatness: npt.NDArray[np.float64]
    same_as: Sequence[str]  # what clips of the same sound have in common; empty: like no other
    adv: Floats
    labelled: npt.NDArray[np.bool_]
    read: npt.NDArray[np.bool_]  # contrast, flatness and same_as are known


@dataclass(frozen=True, kw_only=True)
class CorrectionRecord:
    """A person's answer for a clip. An undo is a copy of what it undoes, with `undoes` set."""

    id: int = 0
    clip_id: str
    rater: str
    raw: tuple[int | None, int | None, int | None] = (None, None, None)  # SAM, 1..9, in AXES order
    adv: tuple[float | None, float | None, float | None] = (None, None, None)
    verdict: Verdict
    blind: bool = False  # the rater had not seen the teacher's answer
    seconds: float = 0.0  # how long the rater took
    note: str = ""
    undoes: int | None = None
    shown: str = ""  # why the clip was before the rater: doubt, random, repeat, asked, bulk, import
    flag: bool = False  # the rater wants somebody to look at the clip
    token: str = ""  # a client's own word for this decision, so that one sent twice counts once
    stated: str = ""  # JSON of an imported rating: {"scale": [low, high], "values": [a, d, v]}; empty: `raw` says it
    made_at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class DoubtRecord:
    """Why a person should look at a clip."""

    clip_id: str
    doubt: float  # 0..1
    parts: dict[str, Any]  # by name, largest first


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A clip that waits before a rater."""

    rater: str
    clip_id: str
    shown: Shown
    place: int  # lowest first


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """Work for the background. `attempts` counts workers that took it and got no further than the one before."""

    id: int
    kind: str
    arguments: dict[str, Any]
    state: JobState
    progress: float  # 0..1
    message: str
    error: str  # one sentence, empty unless failed
    result: dict[str, Any]
    created_at: float
    started_at: float | None
    heartbeat_at: float | None
    finished_at: float | None
    worker: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class StageRecord:
    """A stage of a job."""

    name: str
    seconds: float  # that it has taken, all workers together
    left_s: float | None  # until the whole job is done, as told last
    at: float  # when it was at work last


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """What a job has said, for people."""

    at: float
    line: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A file that a job or an import could not use, and why."""

    job_id: int | None
    path: str
    reason: str
    at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class StudentRecord:
    """A trained network. At most one is live."""

    id: int = 0
    name: str
    spec: StudentSpec
    data_fingerprint: str
    metrics: dict[str, Any] = field(default_factory=dict)
    parent: int | None = None  # the student that was live when it was made; None: the embedded one
    file: str  # in the store's folder; it keeps its name when the student is renamed
    licence: str
    live: bool = False
    note: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)  # of the training that made it
    job: int | None = None  # that training
    created_at: float = field(default_factory=time.time)


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """One point of a training's curve; the axes, CCC to the teacher on `dev`, are there only after a whole pass."""

    passes: float  # done
    loss: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    valence: float | None = None
    samples_s: float | None = None  # crops learnt from a second


@dataclass(frozen=True, kw_only=True)
class CandidateRecord:
    """A shape that a search has trained."""

    spec: StudentSpec
    parameters: int
    bytes: int  # of the quantized file
    ms: float  # of one processor's time, for five seconds of audio
    share: float  # of the time that wav2small takes for the same
    ccc: tuple[float, float, float]  # to the teacher on `dev`, in AXES order
    rung: int  # how far it came
    passes: int  # over the crops, in its last training
    on_front: bool  # no other one of the search is as good in everything and better in something
