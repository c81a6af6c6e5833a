"""Compare before it counts: a new student beside the live one and their teacher, on clips that neither was taught.

Held to is the teacher's answer, and a person's wherever somebody corrected the clip; agreement with each of the two
alone is told beside it.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from app import models
from app.figures import plain
from app.jobs.work import Progress
from app.students import comparisons, holdout, keeping
from app.training import lessons
from app.training.lessons import Lesson
from app.training.school import School
from engine.exporting import probe
from engine.scoring import comparison, timing
from engine.sound import audio
from engine.training import reinforce
from engine.types import Floats, Model
from store.db import Store

MOST = 1000  # clips, chosen evenly
CHANGED = 8  # clips that are listed
SPEAKERS = 40  # that are listed: those with most clips
Two = tuple[str, str]  # the new student's name and the old one's


class _Heard(NamedTuple):
    """Shape: rows: N; new, old, teacher: float32 [N, 3]."""

    rows: list[Lesson]
    new: Floats
    old: Floats
    teacher: Floats

    @property
    def people(self) -> Floats:
        return np.stack([row.person for row in self.rows])

    @property
    def truth(self) -> Floats:
        return np.where(np.isnan(self.people), self.teacher, self.people)


def compare(store: Store, names: Two) -> Iterator[Progress]:
    """Compare two students; the result is what the page shows, plain numbers and text.

    Raises:
        ValueError: a student is gone or damaged, its teacher can't be loaded, or there is no clip to compare on.
    """
    order = holdout.order_of(store, names[0])
    chosen = _chosen(store, names)
    heard = yield from _asked(store, names, School(store, order), chosen)
    yield Progress(len(chosen), len(chosen) + 1, "Agreement and time are measured.")
    result = _result(heard) | {
        "student": names[0],
        "live": names[1],
        "teacher": order.teacher,
        "files": _files(store, names),
        "note": _note(store, names),
    }
    yield Progress(1, 1, result["advice"], result)


def _chosen(store: Store, names: Two) -> list[Lesson]:
    """The clips kept to choose by, without voices that either student was taught, at most MOST, chosen evenly."""
    taught = {voice for name in names for voice in _taught(store, name)}
    left = [lesson for lesson in comparisons.kept(store) if _voice(lesson) not in taught]
    if not left:
        raise ValueError(
            "There is no clip to compare on: import recordings of people of whom neither student was taught. About a "
            "fifth of the speakers is kept for this."
        )
    places = np.unique(np.linspace(0, len(left) - 1, min(MOST, len(left))).astype(int))
    return [left[place] for place in places]


def _taught(store: Store, name: str) -> set[tuple[str, str]]:
    path = models.file(store, name).with_suffix(keeping.LESSONS)
    if not path.exists():  # it comes with Etude, or from an older one: the split of now has to do
        return set()
    return {_voice(lesson) for lesson in lessons.from_json(path.read_text()) if lesson.part == "train"}


def _voice(lesson: Lesson) -> tuple[str, str]:
    return (lesson.corpus, lesson.speaker) if lesson.speaker else ("", lesson.clip_id)


def _asked(store: Store, names: Two, school: School, chosen: list[Lesson]) -> Generator[Progress, None, _Heard]:
    """Both students' and the teacher's answers to each clip as it is; what is silent or gone is left out."""
    new, old = (models.student(store, name).model for name in names)
    rows, answers = list[Lesson](), list[Floats]()
    for number, lesson in enumerate(chosen):
        yield Progress(number, len(chosen) + 1, f"Both students answer clip {number + 1} of {len(chosen)}.")
        with suppress(audio.AudioError):
            for crop in school.crops(number, lesson):
                sound = reinforce.hearable(crop.samples)
                rows.append(lesson)
                answers.append(np.stack([_said(new, sound), _said(old, sound), crop.adv]))
    if not rows:
        raise ValueError("Nobody speaks in any of the clips kept to choose by, so there is nothing to compare on.")
    return _Heard(rows, *np.stack(answers, axis=1))


def _said(model: Model, sound: Floats) -> Floats:
    answer: Floats = model.predict(sound[None])[0][0]
    return answer


def _result(heard: _Heard) -> dict[str, Any]:
    voices = comparison.whole_names(heard.rows)
    two = heard.new, heard.old
    every = comparison.pair(*two, heard.truth, voices)
    people = comparison.pair(*two, heard.people, voices)
    parts = comparison.parts(*two, heard.truth, heard.rows)
    speakers = sorted((part for part in parts if part["by"] == "speaker"), key=lambda part: -part["n"])
    found, axes = comparison.verdict(every)
    return {
        "verdict": found,
        "worse_on": axes if found == "worse" else [],
        "advice": comparison.advice(every),
        "all": every,
        "to_teacher": comparison.pair(*two, heard.teacher, voices) if people["n"] else None,
        "to_people": people if people["n"] else None,
        "corpora": [part for part in parts if part["by"] == "corpus"],
        "speakers": speakers[:SPEAKERS],
        "changed": [_clip(heard, place) for place in comparison.changed(*two, CHANGED)],
    }


def _clip(heard: _Heard, place: int) -> dict[str, Any]:
    row = heard.rows[place]
    said = {who: plain(getattr(heard, who)[place]) for who in ("new", "old", "teacher", "people")}
    return {"id": row.clip_id, "name": row.name, "speaker": row.speaker, **said}


def _files(store: Store, names: Two) -> list[dict[str, Any]]:
    """Bytes, and milliseconds of one processor for five seconds of sound, of both."""
    files: dict[str, Path] = {name: models.file(store, name) for name in names}
    times = timing.files_ms(files, probe.usual(probe.USUAL_S), sessions=3, rounds=10)
    return [{"name": name, "bytes": path.stat().st_size, "ms": round(times[name], 2)} for name, path in files.items()]


def _note(store: Store, names: Two) -> str:
    """Whom the choice of clips flatters."""
    here = [name for name in names if name not in models.EMBEDDED]
    if len(here) == 2:
        return "Each was chosen on such clips when it was trained, so figures on still other voices are a little lower."
    if here:
        return f"{here[0]} was chosen on these clips when it was trained, which flatters it a little beside the other."
    return "Both come with Etude; if your library holds what they learnt from, they know these clips."
