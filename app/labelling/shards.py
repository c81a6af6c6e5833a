"""Labelling in shards: a manifest of the clips that lack a label, and for each part of it one file of answers.

Any number of machines that see the folder can each do some of them. A shard that is there is skipped, so the same
command again goes on from there. Where a manifest lies already no library is needed.
"""

import json
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from app.jobs.work import Progress
from engine.labelling import pool, shard
from engine.labelling.shard import Made, Shard
from store.db import Store

EACH = 100  # clips in a shard, where nobody says how many shards


def plan(store: Store, folder: Path, teacher: str) -> None:
    """Write the manifest of all clips that a teacher has not answered yet, if there is none.

    Raises:
        ValueError: there is no such teacher, the library has no clip for it, or the folder can't be written.
    """
    path = shard.manifest(folder, teacher)
    if path.exists():
        return
    found = map(store.clips.get, store.labels.missing(path.stem.rpartition("-")[2]))
    clips = [
        shard.Wanted(clip.id, str(store.clips.audio(clip.id)), clip.source or clip.name, clip.duration_s)
        for clip in found if clip is not None
    ]  # fmt: skip
    if not clips:
        raise ValueError(f"{teacher} has answered every clip of {store.folder} already.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder, prefix=".", delete=False, encoding="utf-8") as part:
            part.writelines(json.dumps(asdict(clip)) + "\n" for clip in clips)
        Path(part.name).replace(path)
    except OSError as error:
        raise ValueError(f"The folder {folder} can't be written ({error.strerror}); choose another.") from error


def count(folder: Path, teacher: str) -> int:
    """How many shards a manifest makes, where nobody says."""
    return -(-len(shard.wanted(folder, teacher)) // EACH)


def one(asked: Shard) -> Generator[Progress]:
    """Do one shard in this process."""
    steps = shard.making(asked)
    while True:
        try:
            done, of = next(steps)
        except StopIteration as end:
            yield end_of([end.value], 1)
            return
        yield Progress(done, of, f"Shard {asked.number} of {asked.of}: clip {done + 1:,} of {of:,}.")


def every(folder: Path, teacher: str, of: int, processes: int) -> Generator[Progress]:
    """Do all shards on this machine, in so many processes, each a shard at a time."""
    asked = [Shard(str(folder), teacher, number, of) for number in range(of)]
    with closing(pool.each(shard.make, [(each,) for each in asked], min(processes, of))) as coming:
        yield from gather((came[1] if came else None for came in coming), of)


def gather(coming: Iterable[Made | Exception | None], of: int) -> Generator[Progress]:
    """Watch shards come in; None: none came, but one may look around.

    Raises:
        ValueError: a shard could not be made; those that could are there.
    """
    made, lost = list[Made](), list[Exception]()
    yield Progress(0, of, f"{of} shards.")
    for came in coming:
        if isinstance(came, Exception):
            lost.append(came)
        elif came is not None:
            made.append(came)
        yield Progress(len(made) + len(lost), of, f"{len(made)} of {of} shards are there.")
    if lost:
        raise ValueError(f"{len(lost)} of {of} shards could not be made. {lost[0]}") from lost[0]
    yield end_of(made, of)


def end_of(made: list[Made], of: int) -> Progress:
    """The last step: clips `labelled`, `failed` ones, and how many of the `shards` were there before, `skipped`."""
    skipped = sum(each["skipped"] for each in made)
    labelled, failed = sum(each["labelled"] for each in made), [one for each in made for one in each["failed"]]
    message = f"{labelled} labelled, {len(failed)} failed; {len(made)} shards, of which {skipped} were there already."
    result = {"shards": len(made), "skipped": skipped, "labelled": labelled, "failed": failed}
    return Progress(of, of, message, result)
