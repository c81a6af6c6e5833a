"""What corrections do for a student that is trained anew: `python -m tests.bench.curate SHARED`.

Libraries of real clips that the embedded teacher labelled, and a stand-in for a rater, who looks at 600 clips. Two
students begin with the embedded one and are trained by the defaults, without the corrections and with them. Both answer
the clips that were corrected and held back, a fifth of those of taught speakers: voices that they know, clips that they
were not taught.

- planted: 1,200 clips of the corpora's parts `train` and `dev`, 300 labels among them moved by .25 on one axis. The
  rater looks where doubt points first, knows the label as it was, and corrects what was moved.
- new voices: the clips of `test`, whose speakers neither teacher nor student was taught, beside 400 of `dev` to choose
  by. The rater answers with the point of the category that was acted; once at the most doubtful clips, once at any.
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from app import models
from app.jobs import work
from app.labelling import local
from app.library import examine
from app.rating import doubts
from app.training import defaults, lessons, trainings
from app.training.train import train
from engine.labelling import listen
from engine.scoring import anchors, comparison
from engine.sound import audio
from engine.types import AXES, CorpusRow, Floats
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord, LabelRecord
from tests.bench import clips
from tests.bench.doubt import shifted

CLIPS, CHOOSE, LOOKED = 1200, 400, 600
DOUBTFUL, ANY = ClipFilter(order="doubt"), ClipFilter()

Points = dict[str, Floats]  # what the rater says, by the name of the clip


def library(folder: Path, rows: list[CorpusRow]) -> Store:
    """These clips, labelled and judged."""
    clips.write(rows, folder / "clips")
    store = Store(folder / "data")
    for steps in (work.import_folder(store, folder / "clips"), examine.examine(store),
                  local.label(store, models.TEACHER), doubts.find(store)):  # fmt: skip
        *_, last = steps
        print(last.message, flush=True)
    assert store.clips.count() == len(rows)
    return store


def plant(store: Store) -> Points:
    """Move 300 labels; gives what they were."""
    names = {clip.id: clip.name for clip in store.clips.find(limit=-1)}
    known = store.labels.for_clips(list(names), models.TEACHER)
    labels: dict[str, LabelRecord] = {clip: label for clip, label in known.items() if not np.isnan(label.adv).any()}
    moved = list(shifted(labels, store, np.random.default_rng(0)))
    for label in moved:
        store.labels.add(label)
    list(doubts.find(store))
    return {names[label.clip_id]: labels[label.clip_id].adv for label in moved}


def correct(store: Store, looked: Sequence[ClipRecord], points: Points) -> int:
    """Correct each clip of which the rater knows better; gives how many."""
    found = [(clip.id, points[clip.name].tolist()) for clip in looked if clip.name in points]
    store.corrections.add_many(
        CorrectionRecord(clip_id=clip_id, rater="stand-in", adv=(a, d, v), verdict="correct", seconds=1.0)
        for clip_id, (a, d, v) in found
    )
    return len(found)


def trained(store: Store) -> str:
    """Train a student by the defaults; gives its name."""
    order = defaults.complete(store, {})
    *_, last = train(store, trainings.TrainOrder.of(order), store.jobs.add(trainings.KIND, order))
    assert last.result is not None
    return str(last.result["student"])


def held(store: Store, with_them: str, without: str, points: Points) -> comparison.Entry:
    """The students beside each other, on corrected clips of taught voices that were held back."""
    rows = [lesson for lesson in lessons.lessons(store) if lesson.part == "held"]
    sounds = [audio.read(store.clips.audio(lesson.clip_id)) for lesson in rows]
    new, old = (
        np.stack([listen.answer(models.student(store, name).model, sound).adv for sound in sounds])
        for name in (with_them, without)
    )
    return comparison.pair(new, old, np.stack([points[row.name] for row in rows]), [row.speaker for row in rows])


def queue(store: Store, where: ClipFilter) -> list[ClipRecord]:
    """The clips to learn from, in an order; in any, if none is asked for."""
    found = [clip for clip in store.clips.find(where, -1) if clip.split == "train"]
    return (
        found
        if where.order == "doubt"
        else [found[place] for place in np.random.default_rng(1).permutation(len(found))]
    )


def look(folder: Path, what: str, where: ClipFilter, points: Points, without: str) -> None:
    """Look, correct, train, print; what is in the folder stays as it is."""
    with TemporaryDirectory() as temporary:
        shutil.copytree(folder / "data", Path(temporary) / "data")
        with Store(Path(temporary) / "data") as store:
            count = correct(store, queue(store, where)[:LOOKED], points)
            found = held(store, trained(store), without, points)
    for place, axis in enumerate(AXES):
        old, new, difference, low, high = (
            found[key][place] for key in ("old", "new", "difference", "difference_low", "difference_high")
        )
        cells = f"{old:.3f} | {new:.3f} | {difference:+.3f} [{low:+.3f}, {high:+.3f}]"
        print(f"| {what} | {count} | {axis} | {cells} | {found['n']} |", flush=True)


def main(shared: Path) -> None:
    """Both libraries."""
    every = clips.rows(shared)
    known = [row for row in every if row.split in ("train", "dev")]
    new = [replace(row, split="train") for row in every if row.split == "test"]
    new += [row for row in every if row.split == "dev"][:CHOOSE]
    print(f"| {LOOKED} looked at | corrected | axis | CCC without | with | difference, 95 % over speakers | n |")
    print("|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with library(folder, known[:CLIPS]) as store:
            points = plant(store)
            without = trained(store)
        look(folder, "planted, most doubtful", DOUBTFUL, points, without)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with library(folder, new) as store:
            without = trained(store)
        points = {clips.name(row): anchors.anchor(row) for row in new}
        for how, where in {"most doubtful": DOUBTFUL, "any": ANY}.items():
            look(folder, f"new voices, {how}", where, points, without)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
