"""Doubt, how fast and how good: `python -m tests.bench.doubt SHARED [--tune]`, SHARED holding `corpus/`.

First 100,000 made-up clips: seconds of the whole work but for the student, who listens and is not asked anew.

Then 2,000 real clips of the corpora's parts `train` and `dev`, labelled by the embedded teacher, answered by the
embedded student. 300 labels are made wrong, and it is told how many of them are among the 600 most doubtful; 600 clips
in any order hold 30 %. There are two kinds of wrong, and a third thing to look for:

- shifted: the stored label moved by .25, two steps of nine, up or down on one axis. The teacher's embedding still knows
  better, and A/D/V are nearly linear in it, so neighbours find nearly all: the easy case.
- mistaken: label and embedding of another clip of the same speaker, at least .25 away on an axis, as if the teacher had
  heard something else. Its own space can't tell, only the student can.
- far: nothing is planted. Sought are, of the speakers whom the teacher was not taught (`dev`), the 15 % of labels that
  are farthest from the point of the category that was acted, a stand-in for raters, among the 30 % most doubtful.

`--tune` tells which weights are best, on 2,000 other clips and with other plantings than those that are reported.
"""

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from threadpoolctl import threadpool_limits

from app.jobs import work
from app.labelling import local
from app.library import examine
from app.models import TEACHER
from app.rating import asking, doubts
from engine import plugins
from engine.rating.doubt import WEIGHTS
from engine.scoring import anchors
from engine.types import CorpusRow
from store.db import Store
from store.records import LabelRecord
from tests.bench import clips, library

MANY, REAL, PLANTED, LOOKED = 100_000, 2_000, 300, 600
SHIFT = 0.25
PLANTINGS = 20
GRID = {
    "neighbours": (0.5, 1, 2),
    "dropout": (0.1, 0.3, 1),
    "short": (0.3, 1),
    "quiet": (0.3, 1),
    "noisy": (0.1, 0.3, 1),
}

Labels = dict[str, LabelRecord]
Random = np.random.Generator


@dataclass(frozen=True)
class Trial:
    """Doubts of which some should be large: their parts by name, 0 where absent, and which clips are sought."""

    kind: str
    doubt: np.ndarray
    parts: dict[str, np.ndarray]
    sought: np.ndarray
    looked: int  # at the most doubtful

    def share(self, doubt: np.ndarray) -> float:
        """The part of the sought that a doubt puts among the first; a tie is broken by chance."""
        first = np.lexsort((np.random.default_rng(0).random(len(doubt)), -doubt))[: self.looked]
        return float(self.sought[first].sum() / self.sought.sum())


def speed() -> None:
    """Seconds for the doubts of many clips."""
    random = np.random.default_rng(0)
    with TemporaryDirectory() as folder, Store(Path(folder)) as store:
        library.fill(store, MANY)
        ids = store.health.facts(TEACHER).ids
        db, fingerprint = store._connections.db, plugins.load("teachers", TEACHER).SPEC.fingerprint
        width = len(plugins.load("teachers", TEACHER).head().weight)
        embeddings = np.abs(random.normal(0, 0.3, (MANY, 20)) @ random.normal(0, 1, (20, width))).astype("<f4")
        with store._connections.writing():
            changes = ((row.tobytes(), fingerprint, clip_id) for clip_id, row in zip(ids, embeddings, strict=True))
            db.conn.executemany("UPDATE labels SET embedding = ?, fingerprint = ? WHERE clip_id = ?", changes)
            heard = ((clip_id, *random.normal((30, 0), (9, 0.3))) for clip_id in ids)
            db.conn.executemany("INSERT INTO health VALUES (?, ?, ?, x'', '')", heard)
        store.answers.add(asking.fingerprint(store), zip(ids, random.normal(0.5, 0.15, (MANY, 3)), strict=True))
        with threadpool_limits(1):  # as the worker has it
            begun, worked = time.perf_counter(), time.process_time()
            *_, last = doubts.find(store)
            taken_s, worked_s = time.perf_counter() - begun, time.process_time() - worked
        print(f"{taken_s:.1f} s, {worked_s:.1f} s of them one processor's time. {last.message} {last.result}")


@contextmanager
def real(shared: Path, skipped: int) -> Iterator[Store]:
    """A library of real clips, labelled, looked at, and answered by the student."""
    rows = [row for row in clips.rows(shared) if row.split in ("train", "dev")][skipped : skipped + REAL]
    with TemporaryDirectory() as folder, Store(Path(folder) / "data") as store:
        clips.write(rows, Path(folder) / "clips")
        for steps in (work.import_folder(store, Path(folder) / "clips"), examine.examine(store),
                      local.label(store, TEACHER), doubts.find(store)):  # fmt: skip
            *_, last = steps
            print(last.message, flush=True)
        yield store


def shifted(labels: Labels, _: Store, random: Random) -> Iterator[LabelRecord]:
    """Labels that are wrong on one axis."""
    for clip_id in random.choice(sorted(labels), PLANTED, replace=False):
        adv = labels[clip_id].adv.copy()
        adv[random.integers(3)] += SHIFT * random.choice((-1, 1))
        yield replace(labels[clip_id], adv=adv)


def mistaken(labels: Labels, store: Store, random: Random) -> Iterator[LabelRecord]:
    """Labels and embeddings of other clips of the same speakers."""
    speakers = {clip.id: clip.speaker for clip in store.clips.find(limit=-1)}
    for clip_id in random.choice(sorted(labels), PLANTED, replace=False):
        others = [
            other for clip, other in sorted(labels.items())
            if speakers[clip] == speakers[clip_id] and np.abs(other.adv - labels[clip_id].adv).max() >= SHIFT
        ]  # fmt: skip
        other = others[random.integers(len(others))]
        yield replace(labels[clip_id], adv=other.adv, embedding=other.embedding)


def far(store: Store, labels: Labels) -> tuple[list[str], list[str]]:
    """The clips of speakers whom the teacher was not taught, and those whose labels are farthest from the anchors."""
    new = {clip.id: clip.category for clip in store.clips.find(limit=-1) if clip.split == "dev" and clip.id in labels}
    apart = {
        clip_id: float(np.abs(labels[clip_id].adv - anchors.anchor(CorpusRow(Path(), category=category))).max())
        for clip_id, category in new.items()
    }
    return list(new), sorted(apart, key=lambda clip_id: -apart[clip_id])[: round(len(new) * PLANTED / REAL)]


def trial(kind: str, store: Store, ids: list[str], sought: list[str]) -> Trial:
    """What the doubts in the store say of clips, and which of them are sought."""
    found = store.doubts.for_clips(ids)
    plain = [{name.partition(":")[0]: value for name, value in found[clip_id].parts.items()} for clip_id in ids]
    parts = {name: np.array([each.get(name, 0.0) for each in plain]) for name in WEIGHTS}
    doubt = np.array([found[clip_id].doubt for clip_id in ids])
    return Trial(kind, doubt, parts, np.isin(ids, sought), round(len(ids) * LOOKED / REAL))


def trials(store: Store, seeds: range) -> Iterator[Trial]:
    """Plant, judge, take back."""
    known = store.labels.for_clips([clip.id for clip in store.clips.find(limit=-1)], TEACHER)
    labels = {clip_id: label for clip_id, label in sorted(known.items()) if not np.isnan(label.adv).any()}
    yield trial("far", store, *far(store, labels))
    for plant, seed in itertools.product((shifted, mistaken), seeds):
        wrong = list(plant(labels, store, np.random.default_rng(seed)))
        for record in wrong:
            store.labels.add(record)
        list(doubts.find(store))
        yield trial(plant.__name__, store, list(labels), [record.clip_id for record in wrong])
        for record in wrong:
            store.labels.add(labels[record.clip_id])


def report(store: Store) -> None:
    """The share of what was sought that was found, with an interval over plantings, by all parts and by each alone."""
    tried = list(trials(store, range(1000, 1000 + PLANTINGS)))
    kinds = sorted({each.kind for each in tried})
    print(f"\n| found in the first {LOOKED / REAL:.0%} | {' | '.join(kinds)} |\n|---|{'---|' * len(kinds)}")
    for name in ("doubt", *WEIGHTS):
        cells = []
        for kind in kinds:
            shares = [
                each.share(each.doubt if name == "doubt" else each.parts[name]) for each in tried if each.kind == kind
            ]
            low, high = np.percentile(shares, (2.5, 97.5))
            cells.append(f"{np.mean(shares):.3f}" + (f" [{low:.3f}, {high:.3f}]" if len(shares) > 1 else ""))
        print(f"| {name} | {' | '.join(cells)} |")


def tune(store: Store) -> None:
    """The mean share found by weights beside those that are used; the student weighs 1."""
    tried = list(trials(store, range(PLANTINGS // 2)))
    kinds = sorted({each.kind for each in tried})

    def shares(weights: dict[str, float]) -> list[float]:
        found = defaultdict[str, list[float]](list)
        for each in tried:
            sure = np.prod([(1 - each.parts[name]) ** weight for name, weight in weights.items()], axis=0)
            found[each.kind].append(each.share(1 - sure))
        return [float(np.mean(found[kind])) for kind in kinds]

    asked = [dict(zip(GRID, each, strict=True)) | {"student": 1.0} for each in itertools.product(*GRID.values())]
    best = sorted(((shares(weights), weights) for weights in asked), key=lambda each: -sum(each[0]))
    print(f"\nMean, {', '.join(kinds)}; as used:")
    for found, weights in [(shares(WEIGHTS), WEIGHTS), *best[:10]]:
        print(f"{np.mean(found):.3f}", " ".join(f"{share:.3f}" for share in found), weights)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    if not given.tune:
        speed()
    with real(given.shared, skipped=0 if given.tune else REAL) as store:
        (tune if given.tune else report)(store)


if __name__ == "__main__":
    main()
