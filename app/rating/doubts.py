"""Finding the clips whose labels a person should look at: work of the background.

What the live student says of each clip is kept, so only new clips or another student cost anything; the rest is
computed of what the store holds, and takes seconds.
"""

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import numpy as np

from app.jobs.work import Progress, within
from app.models import TEACHER
from app.rating import asking
from engine import plugins
from engine.rating import doubt
from engine.rating.doubt import Part
from engine.rating.neighbours import Neighbours
from engine.types import Floats
from store.db import Store
from store.records import ClipFacts, DoubtRecord

KIND = "doubt"
AFTER = ("label", "health", "train")  # kinds of jobs that may change what is known of clips
OF = "doubts are of"  # the choice that names what they were computed from
LIKELY = 0.5  # a label of more doubt is more likely wrong than right, if doubt were a probability
BLOCK = 5_000  # clips whose neighbours are sought at once


def ask(store: Store) -> int | None:
    """Queue the work, unless it waits already, nothing has changed since it was done, or there is no label yet.

    Gives the job; None: there is nothing to do.
    """
    waiting = [job.id for job in store.jobs.list(20, KIND) if job.state == "queued"]
    if waiting:
        return waiting[0]
    idle = TEACHER not in store.labels.teachers() or store.choices.get(OF) == _state(store)
    return None if idle else store.jobs.add(KIND, {})


def find(store: Store, job_id: int | None = None) -> Generator[Progress]:
    """Ask the live student about the clips that it has not answered yet, then judge every clip anew.

    The result counts the `clips` that have a label, those that are `doubtful`, and those `answered` now by the student;
    it names the `parts` that were known, and lists `failed` clips with `path` and `reason`.
    """
    state, student = _state(store), asking.fingerprint(store)
    missing = store.answers.missing(student, TEACHER) if student else []
    asked = 0.9 if missing else 0.0
    failed = yield from within(0, asked, asking.ask(store, missing, job_id))
    records, result = yield from within(asked, 1, _judge(store, student))
    store.doubts.replace(records)
    store.choices.set(OF, state)
    message = f"{result['clips']:,} clips judged, {result['doubtful']:,} of them doubtful, {len(failed)} failed."
    yield Progress(1, 1, message, {**result, "answered": len(missing) - len(failed), "failed": failed})


def _state(store: Store) -> str:
    """What doubts would be computed from now, as sixteen hex digits."""
    fingerprint = plugins.load("teachers", TEACHER).SPEC.fingerprint
    known = [fingerprint, asking.fingerprint(store), *store.health.version()]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def _judge(store: Store, student: str) -> Generator[Progress, None, tuple[Iterator[DoubtRecord], dict[str, Any]]]:
    """Every clip's doubt, and what is told of all."""
    yield Progress(0, 1, "What is known of the clips is gathered.")
    facts = store.health.facts(TEACHER)
    parts = yield from _parts(store, facts, student)
    doubts, rows = doubt.judge(facts.adv, parts)
    records = (
        DoubtRecord(clip_id=clip_id, doubt=float(each), parts=row)
        for clip_id, each, row in zip(facts.ids, doubts, rows, strict=True)
    )
    return records, {
        "clips": int((~np.isnan(facts.adv)).any(axis=1).sum()),
        "doubtful": int((doubts >= LIKELY).sum()),
        "parts": [name for name, part in parts.items() if not np.isnan(part.values).all()],
    }


def _parts(store: Store, facts: ClipFacts, student: str) -> Generator[Progress, None, dict[str, Part]]:
    said, plugin = facts.adv, plugins.load("teachers", TEACHER)
    place = {clip_id: number for number, clip_id in enumerate(facts.ids)}
    embedding = _placed(place, *store.labels.embeddings(plugin.SPEC.fingerprint))
    others = [store.health.facts(name).adv for name in store.labels.teachers() if name != TEACHER]
    near = np.full(said.shape, np.nan, np.float32)
    neighbours = Neighbours(embedding, said)
    for start in range(0, len(said), BLOCK):
        yield Progress(start, len(said), f"Clips are compared with those that sound alike, {start:,} of {len(said):,}.")
        near[start : start + BLOCK] = neighbours.mean(np.arange(start, min(start + BLOCK, len(said))))
    parts = {
        "teachers": doubt.teachers(said, others),
        "student": doubt.student(said, _placed(place, *store.answers.of(student))),
        "neighbours": doubt.neighbours(said, near),
        "short": doubt.short(facts.speech_s),
        "quiet": doubt.quiet(facts.peak),
        "noisy": doubt.noisy(facts.contrast_db, facts.flatness),
    }
    if hasattr(plugin, "head") and embedding.shape[1]:
        parts["dropout"] = doubt.dropout(embedding, plugin.head())
    return parts


def _placed(place: dict[str, int], ids: Sequence[str], values: Floats) -> Floats:
    """Values of some clips as those of all, float32 [clips, D]: NaN where there is none."""
    found = np.full((len(place), values.shape[1]), np.nan, np.float32)
    known = [number for number, clip_id in enumerate(ids) if clip_id in place]  # the others were added meanwhile
    found[[place[ids[number]] for number in known]] = values[known]
    return found
