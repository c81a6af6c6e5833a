from dataclasses import replace

import numpy as np
import pytest

from engine.recipes import ablation
from engine.training.crops import Crops
from engine.types import StudentSpec

TINY = replace(ablation.SHORT, passes=1, pass_s=20.0, batch_s=8.0)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(ablation, "SHORT", TINY)
    monkeypatch.setattr(ablation, "SPEC", StudentSpec("etude", size=4))


def test_every_change_is_one_that_a_training_knows():
    for change in ablation.CHANGES.values():
        options = {key: value for key, value in change.items() if key not in ("seed", "voices")}
        assert options.keys() <= {*vars(TINY)}
        assert len(change) <= 1
        assert all(getattr(TINY, key) != value for key, value in options.items())


def test_a_row_is_trained_once(work, monkeypatch):
    scores = ablation.scored(work, "the recipe", {})
    assert len(scores) == 3
    monkeypatch.setattr(ablation.team, "distil", None)
    assert ablation.scored(work, "the recipe", {}) == scores
    with pytest.raises(TypeError):
        ablation.scored(work, "another", {})


def test_some_voices_only(work):
    acted = Crops.open(ablation.part(work, "acted"), "train")
    every = Crops.open(work, "train")
    assert len(acted) == len(every) // 2
    assert set(acted.group) == {group for group in every.group if group % 2}
    assert np.array_equal(acted.clip(0), every.clip(1))
