"""Clips that a student is held to before a file of it leaves: speech that it was not taught, with a teacher's answers.

For a student that was trained here these are the library's clips kept to choose by; for one that came with Etude any of
the library's, if there are enough. Else the sample clips have to do, or what the person gives.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from app import models
from app.jobs.work import Progress
from app.training import lessons, trainings
from app.training.lessons import Lesson
from app.training.school import School
from app.training.trainings import TrainOrder
from engine.exporting.gate import MOST
from engine.labelling import listen
from engine.onnx_model import ASSETS
from engine.sound import audio, speech
from engine.training import reinforce
from engine.training.crops import Crop, Crops, Writer, save
from engine.training.reinforce import ReinforceOptions, seeds
from engine.types import Model
from store.db import Store

ENOUGH = 30  # of the library's clips, for a student that came with Etude
KEPT, LIBRARY = "clips of the library kept to choose by", "clips of the library"
SAMPLES = "versions of the synthetic sample clips"
WHOLE = ReinforceOptions(versions=1, longest_s=listen.LONGEST_S)  # a recording as it is
VERSIONS = ReinforceOptions(versions=8)
HELD, TAUGHT = "held", "taught"  # crops in the folder of an export


def clips(store: Store, name: str, folder: Path) -> Generator[Progress, None, tuple[Crops, str]]:
    """The clips for a student of that name, kept in `folder`, and what they are, in words.

    Raises:
        ValueError: there is no such student, or its teacher can't be loaded.
    """
    order, here = order_of(store, name), name not in models.EMBEDDED
    kept = [lesson for lesson in lessons.lessons(store) if not here or lesson.part == "dev"]
    if kept and (here or len(kept) >= ENOUGH):
        chosen = [kept[place] for place in np.unique(np.linspace(0, len(kept) - 1, MOST).astype(int))]
        plain = [replace(lesson, part="dev") for lesson in chosen]  # the clip as it is, and what the teacher says
        if found := (yield from _crops(store, order, plain, folder, HELD)):
            return found, KEPT if here else LIBRARY
    yield Progress(0, 1, f"{order.teacher} answers the sample clips.")
    return samples(models.teacher(order.teacher).model, folder), SAMPLES


def taught(store: Store, name: str, folder: Path) -> Generator[Progress, None, Crops | None]:
    """What a student learnt from, made again from the library as it is now; None: nothing of it is here."""
    known = [lesson for lesson in lessons.lessons(store) if lesson.part == "train"]
    return (yield from _crops(store, order_of(store, name), known, folder, TAUGHT)) if known else None


def order_of(store: Store, name: str) -> TrainOrder:
    """How a student was trained: its order, or of a student of an earlier Etude its job's, or what its row knows."""
    if name in models.EMBEDDED:
        return TrainOrder()
    record = models.record(store, name)
    if record.arguments:
        return TrainOrder.of(record.arguments)
    for job in store.jobs.list(1000, trainings.KIND):
        if job.result.get("student") == name:
            return TrainOrder.of(job.arguments)
    return TrainOrder(spec=record.spec, teacher=str(record.metrics.get("teacher", models.TEACHER)))


def recordings(files: Iterable[Path], asked: Model, folder: Path, options: ReinforceOptions = WHOLE) -> Crops:
    """Recordings from the first to the last word, with a teacher's answers; kept in `folder`.

    Raises:
        ValueError: nobody speaks in any of them.
    """
    save(_spoken(files, asked, options), folder, HELD)
    return Crops.open(folder, HELD)


def samples(asked: Model, folder: Path) -> Crops:
    """The clips that come with Etude, in several versions, since they are few; kept in `folder`."""
    return recordings(sorted((ASSETS / "samples").glob("*.flac")), asked, folder, VERSIONS)


def _spoken(files: Iterable[Path], asked: Model, options: ReinforceOptions) -> Iterator[Crop]:
    for number, path in enumerate(files):
        with suppress(audio.AudioError):
            heard = audio.read(path)
            spoken = speech.spans(heard)
            voice, wanted = listen.trimmed(heard, spoken) if spoken else heard[:0], seeds(path.name, options.versions)
            for sound, said in reinforce.answers(asked, voice, wanted, options):
                embedding = said.adv if said.embedding is None else said.embedding
                yield Crop(sound, said.adv, embedding, number, said.seed)


def _crops(
    store: Store, order: TrainOrder, wanted: Sequence[Lesson], folder: Path, name: str
) -> Generator[Progress, None, Crops | None]:
    """Versions of clips as a training has them, with answers: kept ones, and fresh ones where there are none."""
    school, heard = School(store, order), 0
    with Writer(folder, name) as out:
        for number, lesson in enumerate(wanted):
            yield Progress(number, len(wanted), f"The teacher answers clip {number + 1} of {len(wanted)}.")
            with suppress(audio.AudioError):
                for crop in school.crops(number, lesson):
                    out.add(crop)
                    heard += 1
        if not heard:  # nobody speaks in any of them
            return None
        out.finish()
    return Crops.open(folder, name)
