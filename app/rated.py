"""Which clips people have rated by listening, and what the live student answers to those.

A student is asked about each clip once; its answers lie in a file, under a name that changes with the student.
"""

import json
from collections.abc import Collection, Generator, Mapping
from pathlib import Path

from app import fused, models
from app.figures import plain
from app.fused import Ratings
from app.work import Progress
from engine import audio, listen, speech
from engine.onnx_model import contract
from store.db import Store

KIND, HOME = "rated", "rated"  # of the job; the folder, in the store's
EACH = 100  # clips after which what was answered is kept

Answers = Mapping[str, list[float | None]]  # by clip id, in AXES order; None: nobody speaks


def heard(found: Ratings) -> Ratings:
    """The answers of those who listened and decided: what was accepted in bulk, unheard, is nobody's rating."""
    listened = {clip: [each for each in said if each.shown != "bulk"] for clip, said in found.items()}
    return fused.decided(listened)


def answers(store: Store) -> Answers:
    """What the live student has answered so far."""
    path = kept(store)
    return json.loads(path.read_text()) if path.exists() else {}


def kept(store: Store) -> Path:
    """Where its answers are, or will be."""
    file = models.file(store, models.live(store))
    known = contract(file).get("sha256", "") if file.is_file() else ""
    return store.folder / HOME / f"{file.stem}-{known[:16]}.json"


def queue(store: Store) -> int:
    """Have the live student asked, unless that waits or goes on already; gives the job."""
    for job in store.jobs.list(1000, KIND):
        if job.state in ("queued", "running"):
            return job.id
    return store.jobs.add(KIND, {})


def ask(store: Store, ids: Collection[str] | None = None) -> Generator[Progress]:
    """Ask the live student about the rated clips, or those of `ids`, that it has not answered yet.

    The result counts clips `answered` now, `already_answered`, and `failed`.

    Raises:
        ValueError: the student's file is missing or damaged.
    """
    known, path = dict(answers(store)), kept(store)
    wanted = [clip for clip in (heard(fused.ratings(store)) if ids is None else ids) if store.clips.get(clip)]
    todo = [clip for clip in wanted if clip not in known]
    model = models.student(store, models.live(store)).model if todo else None
    failed = 0
    for done, clip in enumerate(todo):
        yield Progress(done, len(todo), f"The student answers clip {done + 1} of {len(todo)}.")
        try:
            samples = audio.read(store.clips.audio(clip))
        except (audio.AudioError, OSError):  # deleted meanwhile, or damaged
            failed += 1
            continue
        assert model is not None
        known[clip] = plain(listen.clip_value(model, samples, speech.spans(samples))[0])
        if done % EACH == EACH - 1:
            _keep(store, path, known)
    if todo:
        _keep(store, path, known)
    result = {"answered": len(todo) - failed, "already_answered": len(wanted) - len(todo), "failed": failed}
    yield Progress(1, 1, f"{result['answered']} clips answered.", result)


def _keep(store: Store, path: Path, known: Answers) -> None:
    path.parent.mkdir(exist_ok=True)
    with store.scratch(path.name) as partial:
        partial.write_text(json.dumps(known))
        partial.replace(path)
