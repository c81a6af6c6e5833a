"""What the Raters tab shows, and what it makes of what it is sent."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.rating import fused, rated
from app.tabs import agreement
from store.db import Store
from tests.rating import say


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        yield store


def test_a_library_without_raters_is_shown(store: Store) -> None:
    shown = agreement.now(store)
    assert (shown["clips"], shown["asking"]) == (0, None)


def test_how_far_the_student_is_asked_is_shown(store: Store) -> None:
    say(store, "a" * 32, "ada", np.full(3, 0.5))
    rated.queue(store)
    assert agreement.now(store)["asking"] == 0.0


@pytest.mark.parametrize("name", ["best", "", None, 7, ["ewe"], {"name": "ewe"}, "x" * 1000])
def test_an_unknown_fusion_is_refused_in_a_sentence(store: Store, name: object) -> None:
    told = agreement.choose(store, name)
    assert told.startswith("There is no fusion called") and len(told) < 250
    assert fused.method(store) == "mean"


def test_a_fusion_is_chosen(store: Store) -> None:
    assert agreement.choose(store, "median") == ""
    assert agreement.now(store)["fusion"]["chosen"] == "median"
