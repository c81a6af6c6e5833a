"""Several people's answers to one clip, and the one answer that is made of them."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from app.jobs import work
from app.models import TEACHER
from app.rating import fused
from app.rating.fused import Fused
from engine import plugins
from engine.rating import fusion
from engine.types import Answer, Trace
from store.db import Store
from store.records import ClipRecord, CorrectionRecord

NONE = (None, None, None)
CLIP = "c" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        yield store


def say(store: Store, rater: str, verdict: str, *adv: float | None, clip: str = CLIP) -> CorrectionRecord:
    said = (adv or NONE)[:3]
    return store.corrections.add(CorrectionRecord(clip_id=clip, rater=rater, adv=said, verdict=verdict))  # type: ignore[arg-type]


def one(store: Store) -> Fused:
    return fused.answers(store)[CLIP]


def test_one_rater_is_that_rater_whatever_the_method(store: Store) -> None:
    said = say(store, "ada", "correct", 0.1, None, 0.3)
    say(store, "bob", "skip")
    for name in fusion.METHODS:
        assert fused.answers(store, name) == {CLIP: Fused("correct", (0.1, None, 0.3), (said.id,))}


def test_a_rater_counts_once_with_what_stands(store: Store) -> None:
    say(store, "ada", "correct", 0.9, 0.9, 0.9)
    said = [say(store, "ada", "correct", 0.2, 0.2, 0.2), say(store, "bob", "correct", 0.4, None, 0.6)]
    undone = say(store, "bob", "reject")
    store.corrections.undo(undone.id, "bob")
    found = one(store)
    assert found.adv == pytest.approx((0.3, 0.2, 0.4))
    assert (found.verdict, found.ratings, found.method) == ("correct", tuple(each.id for each in said), "mean")


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ("accept reject", "reject"),
        ("accept accept reject", "correct"),
        ("reject reject correct", "reject"),
        ("correct reject correct", "correct"),
        ("accept accept", "accept"),
        ("accept skip", "accept"),
        ("reject skip skip skip", "reject"),
        ("accept accept correct", "correct"),
    ],
)
def test_half_of_those_who_decided_reject(store: Store, verdicts: str, expected: str) -> None:
    for number, verdict in zip(count(), verdicts.split()):
        say(store, f"rater {number}", verdict, *(NONE if verdict in ("skip", "reject") else (0.5, 0.5, 0.5)))
    assert one(store).verdict == expected


def test_who_only_skipped_decided_nothing(store: Store) -> None:
    say(store, "ada", "skip")
    say(store, "bob", "skip")
    assert fused.answers(store) == {}


def test_an_accept_stands_for_the_teachers_answer(store: Store, tmp_path: Path) -> None:
    say(store, "ada", "accept", 0.2, 0.4, 0.6)
    say(store, "bob", "correct", 0.4, None, 1.0)
    assert one(store).adv == pytest.approx((0.3, 0.4, 0.8))


def test_an_old_accept_without_values_gets_the_teachers(store: Store) -> None:
    with store.scratch() as file:
        file.touch()
        store.clips.add(ClipRecord(id=CLIP, name="a", duration_s=2.0, peak=0.5, rms=0.1), file)
    adv = np.array([0.25, 0.5, 0.75], np.float32)
    answer = Answer(TEACHER, adv, Trace(adv[None], 0.25, 2.0, 2.0), None, ((0.0, 1.0),), 2.0)
    store.labels.add(work.label_record(CLIP, plugins.load("teachers", TEACHER).SPEC, answer))
    say(store, "ada", "accept")
    say(store, "bob", "correct", 0.75, None, None)
    assert one(store).adv == pytest.approx((0.5, 0.5, 0.75))


def test_the_method_is_chosen_for_the_whole_library(store: Store) -> None:
    for rater, value in zip("abc", (0.1, 0.2, 0.9), strict=True):
        say(store, rater, "correct", value, value, value)
    assert fused.method(store) == "mean"
    assert one(store).adv == pytest.approx((0.4,) * 3)
    fused.choose(store, "median")
    assert (fused.method(store), one(store).method) == ("median", "median")
    assert one(store).adv == pytest.approx((0.2,) * 3)
    with pytest.raises(ValueError, match="no fusion called 'best'; there are: mean, median, ewe"):
        fused.choose(store, "best")
    assert fused.method(store) == "median"


def test_an_evaluator_who_contradicts_all_is_not_heard(store: Store) -> None:
    values = np.random.default_rng(0).uniform(0.1, 0.9, (20, 3)).tolist()
    for number, value in enumerate(values):
        clip = f"{number:032x}"
        for rater in ("ada", "bob", "eve"):
            say(store, rater, "correct", *value, clip=clip)
        say(store, "mallory", "correct", *(1 - each for each in value), clip=clip)
    found = fused.answers(store, "ewe")
    assert all(found[f"{number:032x}"].adv == pytest.approx(value) for number, value in enumerate(values))


def test_answers_follow_what_is_said_and_undone(store: Store) -> None:
    first = say(store, "ada", "correct", 0.1, 0.1, 0.1)
    assert one(store).adv == (0.1,) * 3
    second = say(store, "bob", "correct", 0.3, 0.3, 0.3)
    assert one(store).adv == pytest.approx((0.2,) * 3)
    store.corrections.undo(second.id, "bob")
    assert one(store) == Fused("correct", (0.1,) * 3, (first.id,))
