"""What each method of fusion would change, of three raters one of whom is far off."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.rating import fused, fusions
from engine.rating import fusion
from store.db import Store
from tests.rating import say


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Twenty clips of three raters, eve at random; one clip that two of them reject, one that only ada rated."""
    random = np.random.default_rng(0)
    with Store(tmp_path) as store:
        for number, truth in enumerate(random.uniform(0.2, 0.8, (20, 3))):
            for rater in ("ada", "bob"):
                say(store, f"{number:032x}", rater, truth)
            say(store, f"{number:032x}", "eve", random.random(3))
        for rater, verdict in (("ada", "reject"), ("bob", "reject"), ("eve", "accept")):
            say(store, "a" * 32, rater, None if verdict == "reject" else np.full(3, 0.9), verdict)  # type: ignore[arg-type]
        say(store, "b" * 32, "ada", np.full(3, 0.5))
        yield store


def test_each_method_is_held_to_the_chosen_one(store: Store) -> None:
    found = fusions.compared(store)
    mean, median, ewe = found["methods"]
    assert (found["chosen"], found["clips"]) == ("mean", 20)
    assert (mean["chosen"], mean["changed"], mean["apart"]) == (True, 0, [0.0, 0.0, 0.0])
    assert median["changed"] == ewe["changed"] == 20
    before, after = fused.answers(store), fused.answers(store, "median")
    shared = [clip for clip in after if after[clip].method and after[clip].verdict != "reject"]
    apart = [abs(float(after[clip].adv[0] or 0) - float(before[clip].adv[0] or 0)) for clip in shared]
    assert median["apart"][0] == pytest.approx(np.mean(apart), abs=1e-4)
    assert median["most"][0] == pytest.approx(max(apart), abs=1e-4)


def test_another_choice_is_the_one_to_hold_to(store: Store) -> None:
    fused.choose(store, "median")
    mean, median, _ = fusions.compared(store)["methods"]
    assert (mean["chosen"], median["chosen"], median["changed"]) == (False, True, 0)
    assert mean["changed"] == 20


def test_who_rates_at_random_would_count_less(store: Store) -> None:
    weights = {each["rater"]: np.array(each["axes"]) for each in fusions.compared(store)["weights"]}
    assert list(weights) == ["ada", "bob", "eve"]
    assert (weights["eve"] < weights["ada"]).all()


def test_every_method_has_words() -> None:
    assert fusions.ABOUT.keys() == fusion.METHODS.keys()
