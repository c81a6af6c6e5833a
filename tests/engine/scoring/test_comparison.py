from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring import comparison
from engine.scoring.comparison import FEW

GOLDEN = {
    "new": [0.946, 0.931, 0.962],
    "difference": [0.118, 0.104, 0.106],
    "low": [0.08, 0.06, 0.078],
}


class Row(NamedTuple):
    corpus: str
    speaker: str
    sex: str = ""
    language: str = ""


def answers(new=0.1, old=0.1, clips=120, seed=0):
    """A new and an old student that miss the truth by so much, the truth, and twelve speakers."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0, 1, (clips, 3)).astype(np.float32)
    said = [(truth + scale * rng.standard_normal(truth.shape)).astype(np.float32) for scale in (new, old)]
    return *said, truth, [f"s{number % 12}" for number in range(clips)]


def entry(difference, low, high):
    return {"difference": difference, "difference_low": low, "difference_high": high}


def test_golden_numbers():
    found = comparison.pair(*answers(0.1, 0.2))
    assert (found["n"], found["speakers"], found["over"], found["few"]) == (120, 12, "speakers", False)
    assert found["new"] == pytest.approx(GOLDEN["new"], abs=2e-3)
    assert found["difference"] == pytest.approx(GOLDEN["difference"], abs=2e-3)
    assert found["difference_low"] == pytest.approx(GOLDEN["low"], abs=5e-3)
    assert found["probability"] == [1, 1, 1]


@given(st.integers(0, 1000), st.floats(0.02, 0.5), st.floats(0.02, 0.5))
def test_turned_round_it_says_the_opposite(seed, one, two):
    new, old, truth, people = answers(one, two, 36, seed)
    found, turned = comparison.pair(new, old, truth, people), comparison.pair(old, new, truth, people)
    assert found["difference"] == pytest.approx([-value for value in turned["difference"]], abs=2e-3)
    assert found["difference_low"] == pytest.approx([-value for value in turned["difference_high"]], abs=2e-3)
    assert found["probability"] == pytest.approx([1 - value for value in turned["probability"]], abs=2e-3)
    assert (comparison.verdict(found)[0], comparison.verdict(turned)[0]) != ("better", "better")


@given(st.integers(0, 1000))
def test_a_student_is_no_worse_than_itself(seed):
    new, _, truth, people = answers(seed=seed, clips=36)
    found = comparison.pair(new, new, truth, people)
    assert comparison.verdict(found) == ("no worse", [])
    assert found["probability"] == [0.5] * 3
    assert comparison.changed(new, new, 5) == []


@given(st.integers(0, 1000))
def test_one_that_misses_far_more_is_advised_against(seed):
    found = comparison.pair(*answers(0.6, 0.05, seed=seed))
    assert comparison.verdict(found) == ("worse", [0, 1, 2])
    assert comparison.advice(found).startswith("Worse on arousal by 0.")
    assert "keep the old one" in comparison.advice(found)


def test_what_is_said_has_its_figures():
    better = entry([0.05, 0.0, 0.01], [0.02, -0.01, -0.01], [0.08, 0.01, 0.03])
    said = "Better on arousal by 0.05 [+0.02, +0.08], and not shown to be worse on any axis."
    assert comparison.advice(better) == said
    unsure = entry([0.05, 0.0, -0.03], [0.02, -0.01, -0.1], [0.08, 0.01, 0.04])
    assert comparison.advice(unsure).startswith("Worse on valence by 0.03 [−0.10, +0.04]: keep the old one. So few")
    same = entry([0.0, 0.0, 0.0], [-0.2, -0.01, -0.01], [0.2, 0.01, 0.01])
    assert comparison.advice(same).endswith("a loss of up to 0.20 can't be ruled out.")


def test_one_speaker_is_drawn_by_clips_and_nobody_by_nothing():
    new, old, truth, _ = answers(0.1, 0.3)
    alone = comparison.pair(new, old, truth, ["ada"] * len(new))
    assert alone["over"] == "clips"
    assert all(low < value for low, value in zip(alone["difference_low"], alone["difference"], strict=True))
    nobody = comparison.pair(new, old, np.full_like(truth, np.nan), ["ada"] * len(new))
    assert (nobody["n"], nobody["new"], nobody["probability"]) == (0, None, None)


def test_parts_are_corpora_then_speakers_and_small_ones_are_marked():
    new, old, truth, _ = answers(clips=30)
    rows = [Row("b" if number < 25 else "a", "ada" if number % 25 else "") for number in range(30)]
    found = comparison.parts(new, old, truth, rows)
    assert [(part["by"], part["name"], part["n"]) for part in found] == [
        ("corpus", "b", 25), ("corpus", "a", 5), ("speaker", "b/ada", 24), ("speaker", "a/ada", 4),
    ]  # fmt: skip
    assert [part["few"] for part in found] == [part["n"] < FEW for part in found]


def test_what_changed_most_comes_first():
    old = np.zeros((4, 3), np.float32)
    new = old.copy()
    new[1, 2], new[3, 0], new[2, 1] = -0.5, 0.2, 0.3
    assert comparison.changed(new, old, 2) == [1, 2]
    assert comparison.changed(new, old, 9) == [1, 2, 3]
