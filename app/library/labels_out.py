"""Labels and corrections out: every clip, what teachers say of it, and all that people ever said of it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from app.library.exchange import clip_row, correction_row, label_row
from engine import formats
from engine.labelling.rows import Row, tokens
from store.db import Store
from store.records import ClipRecord, CorrectionRecord

PAGE = 2000  # clips read at a time


def write(store: Store, path: Path, form: str = "") -> dict[str, int]:
    """Write all of them to a file, or a folder, in the format of that name; gives how many of each kind there are.

    Raises:
        ValueError: no format is meant, or the path can't be written.
    """
    written = {"clip": 0, "label": 0, "correction": 0}

    def counted() -> Iterator[Row]:
        for row in rows(store):
            written[row.kind] += 1
            yield row

    formats.write(counted(), path, form)
    return {"clips": written["clip"], "labels": written["label"], "corrections": written["correction"]}


def rows(store: Store) -> Iterator[Row]:
    """A row a clip, newest first, each followed by its labels and its corrections; then those of deleted clips."""
    said = defaultdict[str, list[CorrectionRecord]](list)
    for record in store.corrections.all():
        said[record.clip_id].append(record)
    for page in count():
        clips = store.clips.find(limit=PAGE, offset=page * PAGE)
        if not clips:
            break
        labels = store.labels.every([clip.id for clip in clips])
        for clip in clips:
            yield clip_row(store, clip)
            yield from (label_row(clip, label) for label in labels.get(clip.id, ()))
            yield from _corrections(clip, said.pop(clip.id, []))
    for left in said.values():
        yield from _corrections(None, left)


def _corrections(clip: ClipRecord | None, said: list[CorrectionRecord]) -> Iterator[Row]:
    found = [correction_row(clip, each) for each in said]
    for row, token in zip(found, tokens(found), strict=True):
        yield replace(row, token=token)
