"""What is told of raters, of a library that three people rated, one of them at random."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import models
from app.rating import fused, rated, raters
from app.rating.fused import table
from engine.rating import agreement
from store.db import Store
from tests import rating
from tests.rating import RATERS, REPEATS, say


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raters")
    with Store(folder / "data") as store:
        rating.fill(store, folder / "class")
    return folder / "data"


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(filled, tmp_path / "data")
    with Store(tmp_path / "data") as store:
        yield store


def pair(store: Store, kind: str, one: str, other: str = "") -> list[dict[str, Any]]:
    found = raters.report(store)["pairs"]
    (entry,) = [each for each in found if each["kind"] == kind and each["a"] == one and other in ("", each["b"])]
    axes: list[dict[str, Any]] = entry["axes"]
    return axes


def values(axes: list[dict[str, Any]]) -> np.ndarray:
    return np.array([each["value"] for each in axes])


def test_who_hears_alike_agrees_and_who_rates_at_random_does_not(store: Store) -> None:
    for who in ("ada", "bob"):
        assert (values(pair(store, "teacher", who)) > 0.9).all()
        assert (np.abs(values(pair(store, "rater", who, "eve"))) < 0.35).all()
    assert (values(pair(store, "rater", "ada", "bob")) > 0.9).all()
    assert (np.abs(values(pair(store, "teacher", "eve"))) < 0.35).all()
    for axes in (each["axes"] for each in raters.report(store)["pairs"]):
        assert all(each["low"] <= each["value"] <= each["high"] for each in axes)


def test_it_is_that_of_the_engine_on_what_the_store_holds(store: Store) -> None:
    found = store.corrections.ratings()
    ids = [clip.id for clip in store.clips.find(limit=-1)]
    names, said = table(found, ids)
    assert names == list(RATERS)
    voices = [f"{clip.corpus}/{clip.speaker}" for clip in store.clips.find(limit=-1)]
    alpha = agreement.alpha(said[:, :, 0], voices)
    one, many = agreement.icc(said[:, :, 0], voices)
    told = {each["name"]: each["axes"][0] for each in raters.report(store)["all"]}
    for name, expected in (("alpha", alpha), ("ICC(2,1)", one), ("ICC(2,k)", many)):
        assert told[name]["value"] == pytest.approx(expected.value, abs=1e-4)
        assert told[name]["low"] == pytest.approx(expected.low, abs=0.02)  # the order of speakers is another
        assert told[name]["n"] == len(ids)
    assert raters.report(store)["over"] == "speakers"


def test_repeats_tell_how_far_somebody_agrees_with_themselves(store: Store) -> None:
    axes = pair(store, "self", "ada")
    assert (values(axes) > 0.8).all()
    assert [each["n"] for each in axes] == [REPEATS] * 3
    assert {each["a"] for each in raters.report(store)["pairs"] if each["kind"] == "self"} == {"ada"}


def test_what_is_changed_after_the_reveal_is_no_second_answer_and_no_blind_one(store: Store) -> None:
    blind, own = pair(store, "blind", "ada"), pair(store, "self", "ada")
    for clip in store.clips.find(limit=-1)[:20]:
        say(store, clip.id, "ada", np.array([0.5, 0.5, 0.5]), shown="asked")
    assert pair(store, "self", "ada") == own
    assert pair(store, "blind", "ada") == blind
    assert values(pair(store, "teacher", "ada")) == pytest.approx(values(blind), abs=0.4)
    assert (values(pair(store, "teacher", "ada")) < values(blind)).all()
    assert not [each for each in raters.report(store)["pairs"] if each["kind"] == "blind" and each["a"] == "bob"]


def test_accepts_in_bulk_are_nobodys_rating_but_they_are_taught(store: Store) -> None:
    before = raters.report(store)["people"]
    ids = [clip.id for clip in store.clips.find(limit=-1)]
    for clip_id, label in store.labels.for_clips(ids, models.TEACHER).items():
        say(store, clip_id, "zoe", label.adv, "accept", shown="bulk")
    assert raters.report(store)["people"] == before
    assert all(len(each.ratings) == 4 for each in fused.answers(store).values())


def test_people_are_counted_by_what_they_did(store: Store) -> None:
    first, second, third = (clip.id for clip in store.clips.find(limit=3))
    say(store, first, "bob", verdict="reject", seconds=2.0)
    say(store, second, "bob", verdict="skip")
    say(store, third, "bob", np.array([0.5, 0.5, 0.5]), "accept", seconds=4.0)
    (bob,) = [each for each in raters.report(store)["people"] if each["rater"] == "bob"]
    clips = store.clips.count()
    assert (bob["n"], bob["accept"], bob["correct"], bob["reject"]) == (clips - 1, 1, clips - 3, 1)
    assert (bob["blind"], bob["seconds"]) == (0, 3.0)


def test_the_live_student_is_asked_once_about_what_was_rated(store: Store) -> None:
    assert raters.report(store)["unasked"] == store.clips.count()
    list(rated.ask(store))
    found = raters.report(store)
    assert (found["unasked"], found["student"]) == (0, models.STUDENT)
    assert all(each["n"] == found["answered"] for each in pair(store, "student", "ada"))
    assert rated.missing(store) == []


def test_a_deleted_clip_counts_no_more(store: Store) -> None:
    gone = store.clips.find(limit=1)[0].id
    before = raters.report(store)["clips"]
    store.clips.delete([gone])
    found = raters.report(store)
    assert found["clips"] == before - 1
    assert gone not in {each["id"] for each in found["disputed"]}


def test_a_report_is_made_once_for_each_state(store: Store) -> None:
    assert raters.report(store) is raters.report(store)
    before = raters.report(store)
    fused.choose(store, "ewe")
    assert raters.report(store) is not before


def test_of_nobody_nothing_is_told(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        found = raters.report(store)
    assert (found["clips"], found["people"], found["pairs"], found["all"], found["disputed"]) == (0, [], [], [], [])
    assert [each["changed"] for each in found["fusion"]["methods"]] == [0, 0, 0]
