"""Three raters of one library: two who hear much the same, one who rates at random; some clips come twice."""

from pathlib import Path

import numpy as np

from app.jobs import work
from app.models import TEACHER
from engine import plugins
from engine.types import Answer, Trace
from store.db import Store
from store.records import CorrectionRecord, Verdict
from tests import classroom

RATERS = ("ada", "bob", "eve")  # eve rates at random
NOISE = 0.05  # of the teacher, of ada and of bob
REPEATS = 12  # of ada's clips
Adv = tuple[float, float, float]


def fill(store: Store, folder: Path, speakers: int = 10) -> list[str]:
    """Import so many speakers, let a teacher and three raters answer all; gives the clips' ids."""
    classroom.fill(store, folder, speakers=speakers)
    random = np.random.default_rng(0)
    ids = sorted(clip.id for clip in store.clips.find(limit=-1))
    truth = random.uniform(0.1, 0.9, (len(ids), 3))
    for clip_id, adv in zip(ids, truth + NOISE * random.normal(size=truth.shape), strict=True):
        label(store, clip_id, adv)
    heard = {rater: truth + NOISE * random.normal(size=truth.shape) for rater in RATERS[:2]}
    heard["eve"] = random.random(truth.shape)
    for rater in RATERS:
        for clip_id, adv in zip(ids, heard[rater], strict=True):
            say(store, clip_id, rater, adv, blind=rater != "bob")
    for clip_id, adv in zip(ids[:REPEATS], heard["ada"], strict=False):
        say(store, clip_id, "ada", adv + NOISE * random.normal(size=3), shown="repeat")
    return ids


def label(store: Store, clip_id: str, adv: np.ndarray) -> None:
    """Let the embedded teacher have said this."""
    said = np.asarray(adv, np.float32)
    answer = Answer(TEACHER, said, Trace(said[None], 0.25, 2.0, 2.0), None, ((0.0, 1.0),), 2.0)
    store.labels.add(work.label_record(clip_id, plugins.load("teachers", TEACHER).SPEC, answer))


def say(
    store: Store, clip_id: str, rater: str, adv: np.ndarray | None = None, verdict: Verdict = "correct", **more: object
) -> CorrectionRecord:
    """Let a rater have said this."""
    said = (None, None, None) if adv is None else tuple(float(value) for value in adv)
    record = CorrectionRecord(clip_id=clip_id, rater=rater, adv=said, verdict=verdict, **{"shown": "doubt", **more})  # type: ignore[arg-type]
    return store.corrections.add(record)
