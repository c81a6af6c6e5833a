"""A library without sound: rows as an import, a teacher and a search for doubt leave them."""

from collections.abc import Sequence

import numpy as np

from app.models import TEACHER
from engine.types import Trace
from store.db import Store
from store.records import ClipRecord, DoubtRecord, LabelRecord


def fill(store: Store, adv: Sequence[Sequence[float]], doubt: Sequence[float], **facts: str) -> list[str]:
    """Clips of these answers and doubts, oldest first; gives their ids."""
    clips = [
        ClipRecord(id=f"{n + 1:032x}", name=f"{n}.wav", duration_s=1.0, peak=0.5, rms=0.1, added_at=float(n), **facts)
        for n in range(len(adv))
    ]
    for clip, said in zip(clips, adv, strict=True):
        with store.scratch() as file:
            file.write_bytes(clip.id.encode())
            store.clips.add(clip, file)
        values = np.array(said, np.float32)
        trace = Trace(values[None], 1.0, 1.0, 1.0)
        label = LabelRecord(clip_id=clip.id, teacher=TEACHER, fingerprint="f", adv=values, trace=trace, speech_s=1.0)
        store.labels.add(label)
    ids = [clip.id for clip in clips]
    store.doubts.replace(
        DoubtRecord(clip_id=clip_id, doubt=part, parts={"quiet": part})
        for clip_id, part in zip(ids, doubt, strict=True)
    )
    return ids
