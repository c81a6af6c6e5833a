"""What 200 corrected clips of a new speaker do: `python -m tests.bench.speaker SHARED [--speaker NAME]`.

A library of 1,000 clips of others and 200 of a speaker whom the embedded student was not taught. The corrections are
the points of the categories that the actor was asked for, a stand-in for a rater. The student that the defaults train
from it is held beside the embedded one on the speaker's other clips, which the library never saw. Choose by a speaker
of a corpus's part `dev` (nemoKD0); the default is one of `test`.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from app import models
from app.jobs import work
from app.training import defaults, trainings
from app.training.train import train
from engine.labelling import listen
from engine.scoring import anchors, comparison
from engine.sound import audio
from engine.types import AXES, CorpusRow, Floats, Model
from store.db import Store
from store.records import CorrectionRecord
from tests.bench import clips

TAUGHT, OTHERS = 200, 1000


def said(model: Model, rows: list[CorpusRow]) -> Floats:
    """A model's A/D/V of each clip, [N, 3]; NaN where it hears nobody speak."""
    return np.stack([listen.answer(model, audio.read(row.path)).adv for row in rows])


def correct(store: Store, rows: list[CorpusRow]) -> None:
    """Correct the clips of `rows` as their actors were asked to sound."""
    points = {clips.name(row): anchors.anchor(row) for row in rows}
    for clip in store.clips.find(limit=-1):
        if clip.name in points:
            a, d, v = (float(value) for value in points[clip.name])
            store.corrections.add(
                CorrectionRecord(clip_id=clip.id, rater="stand-in", adv=(a, d, v), verdict="correct", seconds=1.0)
            )


def main() -> None:
    """Train, answer, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--speaker", default="nemoWR0")
    given = parser.parse_args()
    every = clips.rows(given.shared)
    theirs = [replace(row, split="train") for row in every if row.speaker == given.speaker]
    others = [row for row in every if row.speaker != given.speaker and row.split in ("train", "dev")]
    taught, held = theirs[:TAUGHT], theirs[TAUGHT:]
    with TemporaryDirectory() as folder, Store(Path(folder) / "data") as store:
        clips.write(taught + others[:OTHERS], Path(folder) / "clips")
        list(work.import_folder(store, Path(folder) / "clips"))
        correct(store, taught)
        arguments = defaults.complete(store, {})
        job_id = store.jobs.add(trainings.KIND, arguments)
        *_, last = train(store, trainings.TrainOrder.of(arguments), job_id)
        assert last.result is not None
        names = (last.result["student"], models.STUDENT)
        new, old = (said(models.student(store, name).model, held) for name in names)
        teacher = said(models.teacher(models.TEACHER).model, held)
        seconds = sum(stage.seconds for stage in store.journal.stages(job_id))
    people = np.stack([anchors.anchor(row) for row in held])
    print(f"\n{given.speaker}: {TAUGHT} clips corrected, beside {OTHERS} of others; trained in {seconds / 60:.1f} min")
    print("| on other clips of the speaker | axis | before | after | difference, 95 % over clips | teacher |")
    print("|---|---|---|---|---|---|")
    for what, truth in (("CCC to the corrections' stand-in", people), ("CCC to the teacher", teacher)):
        entry = comparison.pair(new, old, truth, [given.speaker] * len(held))
        beside = comparison.pair(teacher, old, truth, [given.speaker] * len(held))["new"]
        for place, axis in enumerate(AXES):
            low, high = entry["difference_low"][place], entry["difference_high"][place]
            print(
                f"| {what}, n {entry['n']} | {axis} | {entry['old'][place]:.3f} | {entry['new'][place]:.3f} "
                f"| {entry['difference'][place]:+.3f} [{low:+.3f}, {high:+.3f}] | {beside[place]:.3f} |"
            )


if __name__ == "__main__":
    main()
