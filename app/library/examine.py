"""Reading clips for what is wrong with their sound: work of the background, of which only new clips need any."""

import sqlite3
from collections.abc import Generator

from app.jobs.work import Progress, sentence
from engine.sound import audio, faults, fingerprint
from store.db import Store
from store.records import HealthRecord

KIND = "health"


def examine(store: Store, job_id: int | None = None) -> Generator[Progress]:
    """Read every clip that was not read yet, then find which clips hold the same sound.

    The result counts clips `read` now, `already_read`, and those that are `copies`, and lists `failed` clips with
    `path` and `reason`.
    """
    todo = store.health.missing()
    total = store.clips.count() + 1  # the last part is to compare them all
    before, failed = total - 1 - len(todo), list[dict[str, str]]()
    for done, clip in enumerate(map(store.clips.get, todo), before):
        if clip is None:  # deleted meanwhile
            continue
        yield Progress(done, total, clip.name)
        try:
            store.health.add(_read(store, clip.id))
        except sqlite3.Error:
            raise
        except Exception as error:  # whatever is wrong with one file, the others go on
            failed.append({"path": clip.source or clip.name, "reason": sentence(error)})
            store.jobs.refuse(job_id, **failed[-1])
    copies = yield from _compare(store, total)
    read = len(todo) - len(failed)
    message = f"{read} read, {before} already read, {copies} hold the same sound as another, {len(failed)} failed."
    result = {"read": read, "already_read": before, "copies": copies, "failed": failed}
    yield Progress(total, total, message, result)


def _read(store: Store, clip_id: str) -> HealthRecord:
    samples = audio.read(store.clips.audio(clip_id))
    return HealthRecord(
        clip_id=clip_id,
        contrast_db=faults.contrast_db(samples),
        flatness=faults.flatness(samples),
        fingerprint=fingerprint.fingerprint(samples),
    )


def _compare(store: Store, total: int) -> Generator[Progress, None, int]:
    known = store.health.records()
    steps = fingerprint.copies([record.fingerprint for record in known])
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            store.health.same([[known[place].clip_id for place in group] for group in end.value])
            return sum(map(len, end.value))
        yield Progress(total - 1, total, f"Comparing all clips, {done:.0%}.")
