"""A clip as a rater sees it: its sound drawn, what teacher and live student say of it over time, and what is known.

Sound and answers are kept by the clip's id, which its samples make, so what is kept stays true.
"""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

from app import figures, models
from app.takes import LONGEST_S
from engine.labelling import listen
from engine.sound import audio, speech
from engine.sound.spectrogram import BANDS, COLUMNS, spectrogram
from engine.types import Span
from store.db import Store
from store.records import ClipRecord

KEPT = 256  # clips whose pictures are at hand: a picture has 60 kB

Plain = dict[str, Any]


def picture(store: Store, clip: ClipRecord, hidden: bool) -> Plain:
    """Everything that the desk shows of a clip; `hidden`: without what would tell the rater an answer.

    `teacher` is None where none has listened; of `hidden` clips it, `student`, the name and the category are left out.
    """
    stated = (clip.corpus, clip.speaker, "" if hidden else clip.category, clip.language, clip.licence)
    drawn: Plain = {
        "id": clip.id,
        "audio": f"/audio/{clip.id}",
        "title": called(clip, hidden),
        "about": " · ".join(part for part in (*stated, f"{clip.duration_s:.1f} s") if part),
        "duration_s": clip.duration_s,
        "hidden": hidden,
        **_sound(store.clips.audio(clip.id), clip.duration_s <= LONGEST_S),
    }
    return drawn if hidden else drawn | {"teacher": _teacher(store, clip.id), "student": _student(store, clip)}


def called(clip: ClipRecord, hidden: bool) -> str:
    """A clip's name; where answers are hidden something that says nothing: many a file is called after its feeling."""
    return f"Clip {clip.id[:6]}" if hidden else clip.name


def _teacher(store: Store, clip_id: str) -> Plain | None:
    label = store.labels.get(clip_id, models.TEACHER)
    return {"adv": figures.plain(label.adv), "trace": figures.series(label.trace)} if label else None


def _student(store: Store, clip: ClipRecord) -> Plain | None:
    if clip.duration_s > LONGEST_S:  # nobody waits for minutes
        return None
    name = models.live(store)
    return {"name": name, **_heard(models.file(store, name), store.clips.audio(clip.id))}


@lru_cache(maxsize=KEPT)
def _sound(path: Path, heard: bool) -> Plain:
    samples = audio.read(path)
    image = base64.b64encode(spectrogram(samples).tobytes()).decode()
    return {
        "speech": _spans(path) if heard else None,
        "peaks": figures.peaks(samples, COLUMNS),
        "spectrogram": {"rows": BANDS, "columns": COLUMNS, "levels": image},
    }


@lru_cache(maxsize=KEPT)
def _heard(student: Path, path: Path) -> Plain:
    model, samples, spoken = models.student_file(student).model, audio.read(path), _spans(path)
    adv, _ = listen.clip_value(model, samples, spoken)
    return {"adv": figures.plain(adv), "trace": figures.series(listen.trace(model, samples, spoken))}


@lru_cache(maxsize=KEPT)
def _spans(path: Path) -> tuple[Span, ...]:
    return speech.spans(audio.read(path))
