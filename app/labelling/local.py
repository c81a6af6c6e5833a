"""A teacher answers the library's clips on this machine: a process of one thread a core; this one alone writes.

Each answer is committed as it comes, and a process gets its next clip only then: whatever is killed, at most the clips
in the making are lost, one a process.
"""

import sqlite3
import time
from collections.abc import Collection, Generator, Iterator
from contextlib import closing

from app.jobs.work import Progress, label_record, sentence
from app.labelling import rounding
from app.training.estimates import words
from engine import plugins
from engine.labelling import pool
from engine.labelling.answering import TeacherError, answer
from engine.types import Answer, TeacherSpec
from store.db import Store
from store.records import ClipRecord

WORTH = 20  # clips a process: it takes a second to begin
TOLD = 10  # clips from which the time that is left can be told

Task = tuple[str, str, float, str]


def label(
    store: Store,
    teacher: str,
    ids: Collection[str] | None = None,
    job_id: int | None = None,
    processes: int | None = None,
) -> Generator[Progress]:
    """Ask a teacher about every clip, or those of `ids`, that it has not answered yet as it is now.

    The result counts clips `labelled` now and `already_labelled`, and lists `failed` clips with `path` and `reason`;
    of a teacher that can compute in 16 bits it says in which `precision` it did, and why.

    Args:
        store, teacher, ids: what is labelled, and by whom.
        job_id: with which the failed ones are kept.
        processes: at most so many; None: as many as there are cores.

    Raises:
        ValueError: there is no such teacher, or it can't be loaded.
    """
    spec, why = rounding.chosen(store, plugins.load("teachers", teacher))
    todo = [clip_id for clip_id in store.labels.missing(spec.fingerprint) if ids is None or clip_id in ids]
    total = store.clips.count() if ids is None else len(ids)
    run = _Run(store, teacher, spec, job_id)
    before, begun = total - len(todo), time.monotonic()
    yield Progress(before, total, f"The teacher labels {len(todo):,} clips. {why}".rstrip())
    processes = min(processes or pool.cores(), max(1, len(todo) // WORTH))
    with closing(pool.each(answer, run.tasks(todo), processes)) as coming:
        for came in coming:
            if came is not None:
                run.take(*came)
            left = _left(time.monotonic() - begun, run.taken, len(todo))
            told = f"The teacher has labelled {before + run.taken:,} of {total:,} clips{left}"
            yield Progress(before + run.taken, total, told)
    message = f"{run.labelled} labelled, {before} already labelled, {len(run.failed)} failed. {why}".rstrip()
    result = {"labelled": run.labelled, "already_labelled": before, "failed": run.failed}
    result |= {"precision": why} if why else {}
    yield Progress(total, total, message, result)


class _Run:
    """What one labelling has done.

    Attributes:
        taken: clips of which something came.
        labelled: those that have a label now.
        failed: those that could not be heard.
    """

    def __init__(self, store: Store, teacher: str, spec: TeacherSpec, job_id: int | None) -> None:
        self.taken = self.labelled = 0
        self.failed = list[dict[str, str]]()
        self._store, self._teacher, self._spec, self._job_id = store, teacher, spec, job_id
        self._precision = "bf16" if spec.precision == "bf16" else "fp32"  # an embedded one's is its file's affair
        self._asked = dict[int, ClipRecord]()

    def tasks(self, ids: Collection[str]) -> Iterator[Task]:
        """What `engine.labelling.answering.answer` is asked about each clip that is still there."""
        found = (clip for clip in map(self._store.clips.get, ids) if clip is not None)
        for place, clip in enumerate(found):
            self._asked[place] = clip
            yield self._teacher, str(self._store.clips.audio(clip.id)), clip.duration_s, self._precision

    def take(self, place: int, came: Answer | Exception) -> None:
        """Keep the answer to a task, or why there is none."""
        clip = self._asked.pop(place)
        self.taken += 1
        try:
            if isinstance(came, Exception):
                raise came
            self._store.labels.add(label_record(clip.id, self._spec, came))
            self.labelled += 1
        except (sqlite3.Error, TeacherError):
            raise
        except Exception as error:  # whatever is wrong with one file, the others go on
            if self._store.clips.get(clip.id) is not None:  # else it was deleted meanwhile
                self.failed.append({"path": clip.source or clip.name, "reason": sentence(error)})
                self._store.jobs.refuse(self._job_id, **self.failed[-1])


def _left(took_s: float, done: int, total: int) -> str:
    if done < TOLD or done == total:
        return "."
    return f"; {words(took_s / done * (total - done))} to go."
