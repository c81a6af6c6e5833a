"""The live student is asked about clips of the library, each once; what it answered is kept in the store."""

import hashlib
import sqlite3
from collections.abc import Generator, Sequence

from app import models
from app.jobs.work import Progress, sentence
from engine.labelling import listen
from engine.sound import audio, speech
from engine.types import Floats
from store.db import Store

BATCH = 100  # clips whose answers are kept at once


def fingerprint(store: Store) -> str:
    """By what the store knows the live student: sixteen hex digits of its file; empty: the file is lost."""
    file = models.file(store, models.live(store))
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


def ask(store: Store, ids: Sequence[str], job_id: int | None = None) -> Generator[Progress, None, list[dict[str, str]]]:
    """Ask the live student about clips; stopped anywhere, what it said until then is kept.

    Gives those that could not be heard, each with `path` and `reason`; they are kept with the job too.

    Raises:
        ValueError: the student's file is missing or damaged.
    """
    failed, said = list[dict[str, str]](), list[tuple[str, Floats]]()
    if not ids:
        return failed
    student, model = fingerprint(store), models.student(store, models.live(store)).model
    try:
        for done, clip in enumerate(map(store.clips.get, ids)):
            if clip is None:  # deleted meanwhile
                continue
            yield Progress(done, len(ids), f"The student answers clip {done + 1:,} of {len(ids):,}.")
            try:
                samples = audio.read(store.clips.audio(clip.id))
                said.append((clip.id, listen.clip_value(model, samples, speech.spans(samples))[0]))
            except sqlite3.Error:
                raise
            except Exception as error:  # whatever is wrong with one file, the others go on
                failed.append({"path": clip.source or clip.name, "reason": sentence(error)})
                store.jobs.refuse(job_id, **failed[-1])
            if len(said) == BATCH:
                store.answers.add(student, said)
                said.clear()
    finally:
        store.answers.add(student, said)
    return failed
