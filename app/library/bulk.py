"""Many clips accepted at once: those that the filter shows, of little doubt, that nobody has rated. Undone in one go.

They are kept a few at a time, so that nobody else's decision has to wait.
"""

import math
import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

from app.models import TEACHER
from store.db import Store
from store.filters import ClipFilter
from store.records import CorrectionRecord

DONE = "accepted in bulk"  # the choice that names what can be undone, newest last
FEW = 200  # clips kept in one transaction
LEAST = 1e-6  # a doubt of exactly 0 means that nobody has looked for any
ANY = (-math.inf, math.inf)


def meant(where: ClipFilter, below: float) -> ClipFilter:
    """The clips that would be accepted.

    Raises:
        ValueError: it is no doubt.
    """
    if not LEAST <= below <= 1:
        raise ValueError("Doubt goes from 0 to 1: accept what is below a number between them.")
    low, high = where.doubt or (LEAST, 1.0)
    doubt = (max(low, LEAST), min(high, below))
    return replace(where, doubt=doubt, rater="", verdict="none", teacher=TEACHER, arousal=where.arousal or ANY)


def accept(store: Store, where: ClipFilter, below: float, rater: str) -> int:
    """Keep the teacher's answer as that rater's for each of them; gives how many there were."""
    ids = [clip.id for clip in store.clips.find(meant(where, below), limit=-1)]
    if not ids:
        return 0
    batch = f"bulk-{uuid4().hex}"
    entry = {"batch": batch, "rater": rater, "count": len(ids), "at": time.time()}
    store.choices.set(DONE, [*store.choices.get(DONE, []), entry])
    for start in range(0, len(ids), FEW):
        labels = store.labels.for_clips(ids[start : start + FEW], TEACHER)
        store.corrections.add_many(
            CorrectionRecord(
                clip_id=clip_id,
                rater=rater,
                adv=(float(label.adv[0]), float(label.adv[1]), float(label.adv[2])),
                verdict="accept",
                shown="bulk",
                token=f"{batch}/{clip_id}",
            )
            for clip_id, label in labels.items()
        )
    return len(ids)


def last(store: Store) -> dict[str, Any] | None:
    """What can be undone: who accepted how many; None: nothing."""
    done = store.choices.get(DONE, [])
    return {"rater": done[-1]["rater"], "count": done[-1]["count"]} if done else None


def take_back(store: Store, rater: str) -> int:
    """Undo the newest of them; gives how many answers were taken back. What was undone singly stays so.

    Raises:
        ValueError: there is nothing to undo.
    """
    done = store.choices.get(DONE, [])
    if not done:
        raise ValueError("Nothing was accepted in bulk, or all of it is undone.")
    standing = store.corrections.standing_of(f"{done[-1]['batch']}/")
    for start in range(0, len(standing), FEW):
        store.corrections.undo_many(standing[start : start + FEW], rater)
    store.choices.set(DONE, done[:-1])
    return len(standing)
