"""Shards come into the library: each file is checked first; a bad one is told in a sentence, and the others come in."""

from collections.abc import Generator
from pathlib import Path

from app.jobs.work import Progress
from engine.labelling import shard_check
from engine.types import TeacherSpec
from store.db import Store
from store.records import LabelRecord

SUFFIX = ".parquet"


def merge(store: Store, folder: Path) -> Generator[Progress]:
    """Take in all shards that lie in a folder; twice changes nothing.

    The result counts labels `merged` and `already_there`, and lists as `refused`, each with `path` and `reason`, files
    that can't be used, or not wholly, and clips that the teacher could not hear.

    Raises:
        ValueError: there is no such folder, or no shard in it.
    """
    files = sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    if not files:
        raise ValueError(f"There is no shard in {folder}; `etude label --shards N --out {folder}` makes some.")
    taken = _Taken(store)
    for done, path in enumerate(files):
        yield Progress(done, len(files), path.name)
        try:
            taken.file(path, shard_check.checked(path))
        except ValueError as error:
            taken.refused.append({"path": path.name, "reason": str(error)})
    message = f"{taken.merged} merged, {taken.already_there} already there, {len(taken.refused)} refused."
    result = {"merged": taken.merged, "already_there": taken.already_there, "refused": taken.refused}
    yield Progress(len(files), len(files), message, result)


class _Taken:
    """What came in."""

    def __init__(self, store: Store) -> None:
        self.merged = self.already_there = 0
        self.refused = list[dict[str, str]]()
        self._store = store
        self._missing = dict[str, set[str]]()  # clips without a label, by the teacher's fingerprint

    def file(self, path: Path, spec: TeacherSpec) -> None:
        """Take in what one file holds; a label that is there is left alone."""
        missing = self._missing.setdefault(spec.fingerprint, set(self._store.labels.missing(spec.fingerprint)))
        strangers = rows = 0
        for rows, said in enumerate(shard_check.rows(path), 1):  # noqa: B007  # counted beyond the loop
            if said.reason:
                self.refused.append({"path": said.name, "reason": said.reason})
            elif said.clip_id in missing:
                self._store.labels.add(_record(said, spec))
                missing.discard(said.clip_id)
                self.merged += 1
            elif self._store.clips.get(said.clip_id) is None:
                strangers += 1
            else:
                self.already_there += 1
        if strangers:
            reason = f"{strangers} of its {rows} clips are not in this library; import their sound first."
            self.refused.append({"path": path.name, "reason": reason})


def _record(said: shard_check.Said, spec: TeacherSpec) -> LabelRecord:
    return LabelRecord(
        clip_id=said.clip_id,
        teacher=spec.name,
        fingerprint=spec.fingerprint,
        adv=said.adv,
        trace=said.trace,
        embedding=said.embedding,
        speech_s=said.speech_s,
        made_at=said.made_at,
    )
