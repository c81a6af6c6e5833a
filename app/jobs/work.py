"""Work that joins engine and store, a step at a time: the command line and the worker run the same generators.

Each yields its progress before every file or clip, and ends with a `Progress` that carries the result. What is done
is committed at once, so work that is stopped anywhere is continued by starting it again.
"""

import errno
import logging
import shutil
import sqlite3
from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine import corpora
from engine.sound import audio
from engine.types import Answer, CorpusRow, TeacherSpec
from store.db import Store
from store.records import ClipRecord, LabelRecord

ROOM_BYTES = 2**26  # less room than this on the disk, and an import stops before it fails halfway

PARTS = 1_000_000  # that work is told in where nothing is counted: a checkpoint of a training of days still moves it
FULL_DISK = "The disk of the data folder is full: make room, and start this again; what is done is kept."
NO_MEMORY = "The memory did not suffice: close other programs, and start this again; what is done is kept."
DISK_WORDS = ("disk is full", "PytorchStreamWriter failed")  # SQLite's, torch's
MEMORY_WORDS = ("can't allocate memory", "not enough memory", "bad_alloc")  # torch's, onnxruntime's

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far work is, and what it is about to do; `result` only at the end."""

    done: int
    total: int
    message: str
    result: dict[str, Any] | None = None
    stage: str = ""  # of work that has several

    @property
    def part(self) -> float:
        """What is done, 0..1."""
        return self.done / self.total if self.total else 1.0


def within(
    low: float, high: float, steps: Generator[Progress, None, T], stage: str = ""
) -> Generator[Progress, None, T]:
    """The same work as a part, from `low` to `high`, of larger work, in a stage of that; gives what it gives."""
    with closing(steps):
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            part = low + (high - low) * step.part
            yield Progress(round(PARTS * part), PARTS, step.message, stage=step.stage or stage)


def import_folder(store: Store, folder: Path, job_id: int | None = None) -> Generator[Progress]:
    """Take a folder's clips into the library; importing twice changes nothing.

    The result counts `added` and `already_there`, and lists `refused` files with `path` and `reason`, which are kept
    with the job too.

    Raises:
        ValueError: there is no such folder, or the disk is full.
    """
    folder = folder.expanduser()
    rows = list(corpora.rows(folder))
    before = _taken_in_before(store, job_id)
    added, refused = 0, list[dict[str, str]]()
    for done, row in enumerate(rows):
        yield Progress(done, len(rows), row.path.name)
        check_room(store)
        try:
            added += str(row.path) in before or _take_in(store, row, folder)
        except sqlite3.Error:
            raise
        except Exception as error:  # whatever is wrong with one file, the others go on
            refused.append({"path": str(row.path), "reason": sentence(error)})
            store.jobs.refuse(job_id, **refused[-1])
    there = len(rows) - added - len(refused)
    message = f"{added} added, {there} already there, {len(refused)} refused."
    yield Progress(len(rows), len(rows), message, {"added": added, "already_there": there, "refused": refused})


def keep(store: Store, path: Path, name: str, answers: Collection[tuple[TeacherSpec, Answer]] = ()) -> str:
    """Take one sound into the library, with what teachers have said of it; gives the clip's id.

    Raises:
        ValueError: the sound can't be heard.
    """
    with store.scratch() as flac:
        facts = audio.transcode(path, flac)
        clip = ClipRecord(id=facts.id, name=name, duration_s=facts.duration_s, peak=facts.peak, rms=facts.rms)
        store.clips.add(clip, flac)
    for spec, answer in answers:
        store.labels.add(label_record(facts.id, spec, answer))
    return facts.id


def check_room(store: Store, bytes_more: int = 0) -> None:
    """Refuse what the disk has no room for, before it fails halfway.

    Raises:
        ValueError: there is less room than this, and a little more.
    """
    free = shutil.disk_usage(store.folder).free
    if free < ROOM_BYTES:
        raise ValueError(f"The disk of the data folder {store.folder} is full; make room and start again.")
    if free < ROOM_BYTES + bytes_more:
        raise ValueError(
            f"The disk of the data folder {store.folder} has {free / 1e9:.1f} GB left, and this needs "
            f"{(ROOM_BYTES + bytes_more) / 1e9:.1f} GB; make room and start again."
        )


def label_record(clip_id: str, spec: TeacherSpec, answer: Answer) -> LabelRecord:
    """A teacher's answer as the row that remembers it."""
    return LabelRecord(
        clip_id=clip_id,
        teacher=spec.name,
        fingerprint=spec.fingerprint,
        adv=answer.adv,
        trace=answer.trace,
        embedding=answer.embedding,
        speech_s=answer.speech_s,
    )


def sentence(error: Exception) -> str:
    """What a person is told of an error; the traceback goes to the log, and only there."""
    if isinstance(error, ValueError):
        return str(error)
    log.debug("Unexpected", exc_info=error)
    said = str(error)
    if getattr(error, "errno", None) == errno.ENOSPC or any(words in said for words in DISK_WORDS):
        return FULL_DISK
    if isinstance(error, MemoryError) or any(words in said for words in MEMORY_WORDS):
        return NO_MEMORY
    return f"Something unexpected: {type(error).__name__}: {error}."


def _taken_in_before(store: Store, job_id: int | None) -> set[str]:
    """What earlier workers of the same job did: often stopped, it would never end if it decoded that again."""
    job = None if job_id is None else store.jobs.get(job_id)
    return set() if job is None or job.started_at is None else store.clips.sources(job.started_at)


def _take_in(store: Store, row: CorpusRow, folder: Path) -> bool:
    with store.scratch() as flac:
        facts = audio.transcode(row.path, flac)
        clip = ClipRecord(
            id=facts.id,
            name=row.path.relative_to(folder).as_posix() if row.path.is_relative_to(folder) else row.path.name,
            corpus=row.corpus,
            speaker=row.speaker,
            sex=row.sex,
            language=row.language,
            category=row.category,
            split=row.split,
            licence=row.licence,
            source=str(row.path),
            duration_s=facts.duration_s,
            peak=facts.peak,
            rms=facts.rms,
        )
        return store.clips.add(clip, flac)
