"""What looking where doubt points does for a student: `python -m tests.bench.curate SHARED`.

1,200 real clips of the corpora's parts `train` and `dev`, labelled by the embedded teacher. A stand-in for a rater, who
answers with the point of the category that was acted, looks at 600 of them: once at the most doubtful, once at any. The
student that the defaults train of each is held beside the embedded one, which they begin with, on the clips that were
corrected and held back, a fifth of those of taught speakers: voices that the student knows, clips that it was not
taught.
"""

import sys
from collections.abc import Sequence
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
from engine import anchors, audio, comparison, listen
from engine.types import AXES, CorpusRow, Floats
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord
from tests.bench import clips

CLIPS, LOOKED = 1200, 600


def filled(folder: Path, rows: list[CorpusRow]) -> Store:
    """A library of these clips, labelled and judged."""
    store = Store(folder / "data")
    for steps in (work.import_folder(store, folder / "clips"), examine.examine(store),
                  local.label(store, models.TEACHER), doubts.find(store)):  # fmt: skip
        *_, last = steps
        print(last.message, flush=True)
    assert store.clips.count() == len(rows)
    return store


def correct(store: Store, looked: Sequence[ClipRecord], points: dict[str, Floats]) -> None:
    """Answer for each clip what its actor was asked for."""
    store.corrections.add_many(
        CorrectionRecord(clip_id=clip.id, rater="stand-in", adv=(a, d, v), verdict="correct", seconds=1.0)
        for clip in looked
        for a, d, v in [points[clip.name].tolist()]
    )


def held(store: Store, trained: str, points: dict[str, Floats]) -> comparison.Entry:
    """The trained student beside the embedded one, on corrected clips of taught voices that were held back."""
    rows = [lesson for lesson in lessons.lessons(store) if lesson.part == "held"]
    sounds = [audio.read(store.clips.audio(lesson.clip_id)) for lesson in rows]
    new, old = (
        np.stack([listen.answer(models.student(store, name).model, sound).adv for sound in sounds])
        for name in (trained, models.STUDENT)
    )
    return comparison.pair(new, old, np.stack([points[row.name] for row in rows]), [row.speaker for row in rows])


def main(shared: Path) -> None:
    """Look, correct, train, print; twice."""
    rows = [row for row in clips.rows(shared) if row.split in ("train", "dev")][:CLIPS]
    points = {clips.name(row): anchors.anchor(row) for row in rows}
    print(f"| {LOOKED} looked at | axis | CCC before | after | difference, 95 % over speakers | n |")
    print("|---|---|---|---|---|---|")
    for how, where in {"most doubtful": ClipFilter(order="doubt"), "any": ClipFilter()}.items():
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            clips.write(rows, folder / "clips")
            with filled(folder, rows) as store:
                correct(store, store.clips.find(where, LOOKED), points)
                order = defaults.complete(store, {})
                *_, last = train(store, trainings.TrainOrder.of(order), store.jobs.add(trainings.KIND, order))
                assert last.result is not None
                found = held(store, last.result["student"], points)
        for place, axis in enumerate(AXES):
            old, new, difference, low, high = (
                found[key][place] for key in ("old", "new", "difference", "difference_low", "difference_high")
            )
            ends = f"[{low:+.3f}, {high:+.3f}]"
            print(f"| {how} | {axis} | {old:.3f} | {new:.3f} | {difference:+.3f} {ends} | {found['n']} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
