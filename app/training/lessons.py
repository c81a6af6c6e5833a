"""What a student is taught: the library's clips with their parts, and what people said of them. Imports no torch."""

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from app.rating import fused
from app.rating.fused import Fused
from engine.training.split import Split, split
from engine.types import Floats
from store.db import Store
from store.records import ClipRecord

CORRECTED = 4.0  # weight of a person's answer beside a teacher's
HELD_SHARE = 0.2  # of the corrected clips of taught speakers: neither taught nor chosen by, to see what correcting did
FEW_SPEAKERS, FEW_S = 10, 1800.0  # below these a student learns these voices rather than voices
NEEDED = (
    "import recordings of more people. About a fifth of the speakers, or of the clips where no speaker is stated, is "
    "kept to choose the best student by."
)


Part = Split | Literal["held"]


@dataclass(frozen=True)
class Lesson:
    """A clip as it is taught, or kept to choose by; JSON in a training's folder, so that deleting changes nothing."""

    clip_id: str
    name: str
    corpus: str
    speaker: str
    sex: str
    language: str
    licence: str
    part: Part
    correction: int = 0  # the newest correction that stands; 0: none
    said: tuple[float | None, ...] = (None, None, None)  # by people, in AXES order, where they corrected it
    weight: float = 1.0
    ratings: tuple[int, ...] = ()  # the corrections that stand, where several people decided
    fusion: str = ""  # the method that made one answer of them

    @classmethod
    def of(cls, clip: ClipRecord, answer: Fused | None) -> "Lesson":
        """The lesson that a clip makes; an accepted answer of the teacher's counts as much as a corrected one."""
        part = split(clip.corpus, clip.speaker, clip.id, clip.split)
        plain = (clip.id, clip.name, clip.corpus, clip.speaker, clip.sex, clip.language, clip.licence, part)
        if answer is None or answer.verdict not in ("accept", "correct"):
            return cls(*plain)
        several = answer.ratings if len(answer.ratings) > 1 else ()
        lesson = cls(*plain, answer.ratings[-1], weight=CORRECTED, ratings=several, fusion=answer.method)
        if answer.verdict == "accept":
            return lesson
        lesson = replace(lesson, said=answer.adv)
        return replace(lesson, part="held") if part == "train" and held(clip.id) else lesson

    @property
    def person(self) -> Floats:
        """A person's answer, float32 [3]; NaN for an axis of which they said nothing."""
        return np.array([np.nan if value is None else value for value in self.said], np.float32)

    def target(self, teacher: Floats) -> Floats:
        """What the student should answer: the person, and the teacher wherever the person said nothing."""
        return np.where(np.isnan(self.person), teacher, self.person)


@dataclass(frozen=True)
class Outline:
    """How much there is to be taught, without reading any of it."""

    clips: int = 0
    hours: float = 0.0
    speakers: int = 0  # a clip without one counts as its own
    kept: int = 0  # clips to choose by
    kept_speakers: int = 0
    unused: int = 0  # clips of a corpus's own `test` part
    rejected: int = 0  # by people
    corrected: int = 0
    held: int = 0  # of these, neither taught nor chosen by

    @property
    def lack(self) -> str:
        """Why nothing can be taught, in a sentence; empty: it can."""
        for count, use in ((self.clips, "learn from"), (self.kept, "choose by")):
            if not count:
                return f"There is no clip to {use}: {NEEDED}"
        return ""

    @property
    def doubt(self) -> str:
        """Why little will come of it, in a sentence; empty: there is enough to begin with."""
        if self.lack or (self.speakers >= FEW_SPEAKERS and self.hours * 3600 >= FEW_S):
            return ""
        heard = f"{self.hours * 3600:.0f} s" if self.hours < 1 / 20 else f"{self.hours * 60:.0f} minutes"
        return (
            f"{heard} of {self.speakers} {'voice' if self.speakers == 1 else 'voices'} are very little: the student "
            f"will know these voices and no others. From {FEW_SPEAKERS} people and half an hour upwards it begins to "
            "be of use; hundreds of people are better."
        )


def lessons(store: Store) -> list[Lesson]:
    """Every clip that people did not reject, oldest first."""
    answers = fused.answers(store)
    every = [(clip, answers.get(clip.id)) for clip in store.clips.find(limit=-1)]
    return [Lesson.of(clip, said) for clip, said in reversed(every) if said is None or said.verdict != "reject"]


def outline(store: Store) -> Outline:
    """What `lessons` would give, counted in the database."""
    answers = fused.answers(store)
    rejected = [clip_id for clip_id, said in answers.items() if said.verdict == "reject"]
    fixed = [clip_id for clip_id, said in answers.items() if said.verdict == "correct" and held(clip_id)]
    found = [clip for clip in map(store.clips.get, fixed) if clip]
    back = [clip for clip in found if split(clip.corpus, clip.speaker, clip.id, clip.split) == "train"]
    parts = defaultdict[Split, list[Any]](list)
    for voice in store.clips.voices(rejected):
        parts[split(voice.corpus, voice.speaker, voice.clip_id, voice.split)].append(voice)
    return Outline(
        clips=sum(voice.clips for voice in parts["train"]) - len(back),
        hours=(sum(voice.duration_s for voice in parts["train"]) - sum(clip.duration_s for clip in back)) / 3600,
        speakers=len(parts["train"]),
        kept=sum(voice.clips for voice in parts["dev"]),
        kept_speakers=len(parts["dev"]),
        unused=sum(voice.clips for voice in parts["test"]),
        rejected=len(rejected),
        corrected=sum(said.verdict in ("accept", "correct") for said in answers.values()),
        held=len(back),
    )


def held(clip_id: str) -> bool:
    """Whether a clip is held back once it is corrected: its id alone decides, whatever else is corrected."""
    return zlib.crc32(f"held/{clip_id}".encode()) / 2**32 < HELD_SHARE


def check(taught: list[Lesson]) -> None:
    """Refuse what can't be taught from, in words.

    Raises:
        ValueError: nobody to learn from, or nobody to choose by.
    """
    parts = [lesson.part for lesson in taught]
    if lack := Outline(clips=parts.count("train"), kept=parts.count("dev")).lack:
        raise ValueError(lack)


def corrected(taught: list[Lesson]) -> int:
    """How many of the clips to learn from people corrected or accepted."""
    return sum(bool(lesson.correction) for lesson in taught if lesson.part == "train")


def told(taught: list[Lesson]) -> str:
    """What is taught, in a sentence: clips, voices, what people corrected, licences."""
    learnt, kept = ([lesson for lesson in taught if lesson.part == part] for part in ("train", "dev"))
    voices = {(lesson.corpus, lesson.speaker or lesson.clip_id) for lesson in learnt}
    licences = Counter(lesson.licence or "a licence that is not stated" for lesson in learnt + kept)
    stated = ", ".join(f"{name} ({count})" for name, count in licences.most_common())
    return (
        f"{len(learnt)} clips of {len(voices)} voices to learn from, {corrected(taught)} of them checked by people; "
        f"{len(kept)} kept to choose by; under {stated}."
    )


def fingerprint(taught: list[Lesson]) -> str:
    """Sixteen hex digits that change with the clips, their parts, their corrections, and how these were fused."""
    known = sorted((lesson.clip_id, lesson.part, lesson.correction, *_of_several(lesson)) for lesson in taught)
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def _of_several(lesson: Lesson) -> tuple[Any, ...]:
    return (lesson.ratings, lesson.fusion, lesson.said) if lesson.ratings else ()  # none: as an earlier Etude had it


def to_json(taught: list[Lesson]) -> str:
    """Lessons as text, to be kept with a training."""
    return json.dumps([asdict(lesson) for lesson in taught])


def from_json(text: str) -> list[Lesson]:
    """What `to_json` wrote."""
    lists = ("said", "ratings")  # tuples, before they were JSON
    return [Lesson(**row | {name: tuple(row[name]) for name in lists if name in row}) for row in json.loads(text)]
