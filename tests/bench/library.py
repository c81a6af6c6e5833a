"""A million clips in the store: `python -m tests.bench.library [CLIPS]`.

Rows without sound, of 500 corpora and 20,000 speakers, labelled, doubted, a hundredth rated. Each question is asked of
a store that is open already; the first look, which reads all columns, is timed by itself.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from store.clips import Clips
from store.db import Store
from store.filters import ClipFilter
from store.records import CorrectionRecord
from store.turns import Turns

TEACHER = "embedded"
RUNS = 20
BATCH = 20_000


def fill(store: Store, clips: int) -> None:
    """Rows as an import, a teacher, a search for doubt and three raters leave them."""
    random = np.random.default_rng(0)
    db = store._connections.db
    corpora, speakers = random.integers(0, 500, clips), random.integers(0, 20_000, clips)
    adv, doubt = random.normal(0.5, 0.15, (clips, 3)), random.random(clips)
    ids = [f"{number:032x}" for number in range(clips)]
    with store._connections.writing():
        for start in range(0, clips, BATCH):
            rows = range(start, min(clips, start + BATCH))
            named = ((f"take {n}.wav", f"corpus {corpora[n]}", f"speaker {speakers[n]}", "en") for n in rows)
            sql = """INSERT INTO clips (id, name, corpus, speaker, language, category, split, licence, source,
                     duration_s, peak, rms, speech_s, added_at, search)
                     VALUES (?, ?, ?, ?, ?, '', '', '', '', 3, .5, .1, 3, ?, ?)"""
            db.conn.executemany(
                sql, ((ids[n], *words, float(n), "\n".join(words)) for n, words in zip(rows, named, strict=True))
            )
            sql = "INSERT INTO labels VALUES (?, ?, 'f', ?, ?, ?, x'', .25, 2, 3, NULL, 3, 1)"
            db.conn.executemany(sql, ((ids[n], TEACHER, *adv[n].tolist()) for n in rows))
            db.conn.executemany("INSERT INTO doubts VALUES (?, ?, '{}')", ((ids[n], float(doubt[n])) for n in rows))
        db.execute("UPDATE tallies SET n = 1 WHERE name = 'doubts'")
    store.corrections.add_many(
        CorrectionRecord(clip_id=ids[n], rater=f"rater {n % 3}", verdict="accept")
        for n in random.choice(clips, clips // 100, replace=False)
    )


def main(clips: int) -> None:
    """Fill, ask, print the middle and the slowest of each question's times."""
    brush = ClipFilter(teacher=TEACHER, arousal=(0.6, 0.8), valence=(0.2, 0.4))
    asked = {
        "newest": ClipFilter(),
        "corpus": ClipFilter(corpus="corpus 7"),
        "speaker": ClipFilter(speaker="speaker 77"),
        "text": ClipFilter(text="take 12345"),
        "most doubtful": ClipFilter(order="doubt"),
        "doubt above .9": ClipFilter(doubt=(0.9, 1.0), order="doubt"),
        "a rater's": ClipFilter(rater="rater 1"),
        "not rated": ClipFilter(verdict="none"),
        "brush": brush,
        "brush, corpus, doubt, not rated": ClipFilter(
            teacher=TEACHER, arousal=(0.6, 0.8), valence=(0.2, 0.4), corpus="corpus 7", doubt=(0.5, 1.0), verdict="none"
        ),
    }
    with TemporaryDirectory() as folder, Store(Path(folder)) as store:
        fill(store, clips)
        with Store(Path(folder)) as again:
            begun = time.perf_counter()
            again.clips.find(brush)
            print(f"\n{clips:,} clips; the first look reads them in {time.perf_counter() - begun:.1f} s")
            print("| asked | matching | ms, median | ms, slowest |\n|---|---|---|---|")
            clips_, turns = again.clips, again.turns
            for name, where in asked.items():
                tell(f"a page and its count: {name}", clips_.count(where), partial(page, clips_, where))
            tell("the plane's density", clips, lambda: clips_.plane(ClipFilter(teacher=TEACHER), 32))
            for name, where in {"": ClipFilter(), ", brushed": brush}.items():
                tell(f"a rater's queue, anew{name}", turns.left("ada", where=where), partial(queue, turns, where))
            waiting = iter([turn.clip_id for turn in turns.take("ada", 2 * RUNS)])
            tell("a decision, and the queue after it", clips, lambda: decide(turns, next(waiting)))


def page(clips: Clips, where: ClipFilter) -> None:
    """What the library shows at once."""
    clips.find(where, 12)
    clips.count(where)


def decide(turns: Turns, clip_id: str) -> None:
    """One answer, and what is next."""
    turns.decide(CorrectionRecord(clip_id=clip_id, rater="ada", verdict="accept"))
    turns.take("ada")


def queue(turns: Turns, where: ClipFilter) -> None:
    """Fill a rater's queue from nothing."""
    turns.drop("ada")
    turns.take("ada", where=where)


def tell(what: str, matching: int, ask: Callable[[], object]) -> None:
    """Print one row."""
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - begun))
    print(f"| {what} | {matching:,} | {np.median(took):.1f} | {max(took):.1f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
