"""What the store remembers as rows that leave, and rows that come in as records."""

import dataclasses
import time
from typing import Any

import numpy as np

from engine.labelling.rows import Row
from engine.types import AXES, Floats, Trace
from store.db import Store
from store.records import ClipRecord, CorrectionRecord, LabelRecord

FACTS = ("name", "corpus", "speaker", "sex", "language", "category", "split", "licence", "duration_s")
SAID = ("verdict", "blind", "seconds", "note", "shown", "flag", "stated", "token", "undoes")


def clip_row(store: Store, clip: ClipRecord) -> Row:
    """A clip, and where it can be heard."""
    return Row(kind="clip", clip_id=clip.id, sound=store.clips.audio(clip.id), **facts(clip))


def label_row(clip: ClipRecord, label: LabelRecord) -> Row:
    """What a teacher says of a clip."""
    return Row(
        kind="label",
        clip_id=clip.id,
        by=label.teacher,
        fingerprint=label.fingerprint,
        speech_s=label.speech_s,
        made_at=label.made_at,
        trace=label.trace,
        embedding=label.embedding,
        **_axes(label.adv),
        **facts(clip),
    )


def correction_row(clip: ClipRecord | None, said: CorrectionRecord) -> Row:
    """What a person says of a clip; nothing is known of one that was deleted."""
    cells: dict[str, Any] = {name: getattr(said, name) for name in SAID}
    cells |= dict(zip(AXES, said.adv, strict=True))
    cells |= {f"raw_{axis}": score for axis, score in zip(AXES, said.raw, strict=True)}
    cells |= facts(clip) if clip else {}
    return Row(kind="correction", clip_id=said.clip_id, by=said.rater, made_at=said.made_at, id=said.id, **cells)


def label_record(clip: ClipRecord, row: Row) -> LabelRecord:
    """A teacher's answer; where the row has no trace, its one window is the whole clip."""
    adv = np.array([np.nan if value is None else value for value in row.adv], np.float32)
    return LabelRecord(
        clip_id=clip.id,
        teacher=row.by,
        fingerprint=row.fingerprint,
        adv=adv,
        trace=row.trace or Trace(adv[None], clip.duration_s, clip.duration_s, clip.duration_s),
        embedding=row.embedding,
        speech_s=row.speech_s or 0.0,
        made_at=time.time() if row.made_at is None else row.made_at,
    )


def correction_record(row: Row, token: str, undoes: int | None) -> CorrectionRecord:
    """A person's answer, known by that token, that takes back the correction of that id in the store, or none."""
    said: dict[str, Any] = {name: getattr(row, name) for name in SAID}
    said |= {"token": token, "undoes": undoes, "seconds": row.seconds or 0.0}
    said |= {} if row.made_at is None else {"made_at": row.made_at}
    return CorrectionRecord(clip_id=row.clip_id, rater=row.by, raw=row.raw, adv=row.adv, **said)


def facts(clip: ClipRecord) -> dict[str, Any]:
    """What is known of a clip, by column."""
    return {name: value for name, value in dataclasses.asdict(clip).items() if name in FACTS}


def _axes(adv: Floats) -> dict[str, Any]:
    return {axis: None if np.isnan(value) else float(value) for axis, value in zip(AXES, adv, strict=True)}
