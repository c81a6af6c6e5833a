"""Disputed clips and drift, of answers whose differences are known."""

import numpy as np
import pytest

from app.rating.differences import LISTED, SPLIT, disputed, drifts
from app.rating.fused import Ratings
from store.records import ClipRecord, CorrectionRecord, Verdict

NAN = np.nan
RATERS = ["ada", "bob"]


def clips(count: int) -> list[ClipRecord]:
    return [ClipRecord(id=f"{n:032x}", name=f"clip {n}", duration_s=1, peak=1, rms=1) for n in range(count)]


def ratings(said: np.ndarray, verdicts: dict[tuple[int, int], Verdict] | None = None) -> Ratings:
    """What the store would hold of these values, in the order of the clips."""
    found: Ratings = {}
    for column, clip in enumerate(clips(said.shape[1])):
        for row, rater in enumerate(RATERS):
            verdict = (verdicts or {}).get((row, column), "correct")
            if verdict == "reject" or not np.isnan(said[row, column]).all():
                adv = tuple(None if np.isnan(value) else float(value) for value in said[row, column])
                number = column * len(RATERS) + row + 1
                record = CorrectionRecord(id=number, clip_id=clip.id, rater=rater, verdict=verdict, adv=adv)  # type: ignore[arg-type]
                found.setdefault(clip.id, []).append(record)
    return found


def test_the_furthest_apart_come_first_with_what_everybody_said() -> None:
    said = np.full((2, 4, 3), 0.5)
    said[1, 1] = [0.5, 0.9, 0.5]
    said[1, 2] = [0.6, 0.5, 0.5]
    said[1, 3] = NAN
    found = disputed(RATERS, said, ratings(said), clips(4))
    assert [each["name"] for each in found] == ["clip 1", "clip 2"]
    assert found[0]["spread"] == pytest.approx([0, 0.4, 0])
    assert [each["adv"] for each in found[0]["said"]] == [[0.5, 0.5, 0.5], [0.5, 0.9, 0.5]]


def test_who_do_not_agree_that_a_clip_can_be_used_disagree() -> None:
    said = np.full((2, 3, 3), 0.5)
    said[1, 0] = [0.5, 0.5 + SPLIT / 2, 0.5]
    said[1, 2] = NAN
    found = disputed(RATERS, said, ratings(said, {(1, 2): "reject"}), clips(3))
    assert [each["name"] for each in found] == ["clip 2", "clip 0"]
    assert [each["verdict"] for each in found[0]["said"]] == ["correct", "reject"]


def test_only_so_many_are_listed() -> None:
    said = np.random.default_rng(0).random((2, LISTED + 5, 3))
    assert len(disputed(RATERS, said, ratings(said), clips(LISTED + 5))) == LISTED


def test_a_scale_that_moves_is_told() -> None:
    truth = np.random.default_rng(0).uniform(0.3, 0.7, (60, 3))
    said = np.stack([truth, truth + np.linspace(0, 0.4, 60)[:, None] * [0, 1, 0]])
    ada, bob = drifts(RATERS, said, truth, ratings(said), clips(60))
    assert (bob["rater"], bob["from"], bob["n"]) == ("bob", "others", 60)
    assert "dominance +0.20" in bob["sentence"] and "arousal" not in bob["sentence"]
    assert bob["axes"][1][0] < 0.05 and bob["axes"][1][-1] > 0.35
    assert "dominance −0.20" in ada["sentence"]  # of two nobody can tell which one moved


def test_who_rates_alone_is_held_to_the_teacher() -> None:
    truth = np.random.default_rng(0).uniform(0.3, 0.7, (40, 3))
    said = np.stack([truth + 0.1, np.full_like(truth, NAN)])
    (ada,) = drifts(RATERS, said, truth, ratings(said), clips(40))
    assert (ada["rater"], ada["from"], ada["sentence"]) == ("ada", "teacher", "No drift that can be told.")
    assert np.array(ada["axes"]) == pytest.approx(0.1, abs=1e-3)
