import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.training import chains
from store.db import Store
from store.records import CurvePoint
from tests.classroom import TINY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


def test_the_running_training_is_shown_first_and_the_others_below(store: Store) -> None:
    ids = [store.jobs.add("train", {**TINY, "spec": {"architecture": "etude", "seed": seed}}) for seed in range(4)]
    store.jobs.cancel(ids[0])
    job = store.jobs.claim("w")
    assert job is not None
    store.jobs.beat(job, 0.5, "Pass 1.0 of 3.")
    shown = chains.now(store)
    assert (shown["training"]["id"], shown["training"]["message"]) == (ids[1], "Pass 1.0 of 3.")
    assert {stage["state"] for stage in shown["training"]["stages"]} == {"later"}
    store.journal.spend(job.id, "gather", 1.0, 9.0)
    store.journal.spend(job.id, "label", 2.0, 7.0)
    states = [stage["state"] for stage in chains.now(store)["training"]["stages"]]
    assert states == ["done", "now", *["later"] * (len(states) - 2)]
    assert sorted(other["id"] for other in shown["others"]) == [ids[0], *ids[2:]]
    assert "seed 1" in shown["training"]["title"]


def test_a_waiting_training_says_what_it_waits_for(store: Store) -> None:
    store.jobs.add("import", {"folder": "/voices"})
    store.jobs.claim("w")
    store.jobs.add("train", TINY)
    assert chains.now(store)["training"]["message"] == "It waits until the job “Import /voices” is done."


def test_a_failed_training_says_why_and_what_it_could_not_hear(store: Store) -> None:
    job_id = store.jobs.add("train", TINY)
    job = store.jobs.claim("w")
    assert job is not None
    store.jobs.refuse(job_id, "x.wav", "Not sound.")
    store.jobs.fail(job, "Too little.")
    shown = chains.now(store)["training"]
    assert (shown["state"], shown["message"]) == ("failed", "Too little.")
    assert (shown["refused"], shown["refused_count"]) == ([["x.wav", "Not sound."]], 1)


def test_nothing_was_trained_yet(store: Store) -> None:
    assert chains.now(store) == {"training": None, "others": []}


def test_a_finished_training_is_shown_with_its_curve(graduated: Store) -> None:
    shown = chains.now(graduated)["training"]
    assert (shown["state"], shown["student"]) == ("done", "etude-1")
    assert shown["curve"]["dev"]["passes"] == [1, 2, 3]
    assert [len(axis) for axis in shown["curve"]["dev"]["values"]] == [3, 3, 3]
    assert shown["curve"]["samples_s"] > 0
    json.dumps(shown, allow_nan=False)


def test_a_long_curve_is_thinned_by_means(store: Store) -> None:
    job_id = store.jobs.add("train", TINY)
    for place in range(2 * chains.POINTS):
        store.curves.add(job_id, CurvePoint(passes=place / 10, loss=float(place % 2)))
    loss = chains.curve(store, job_id)["loss"]
    assert len(loss["passes"]) == chains.POINTS
    assert set(loss["values"]) == {0.5}
    assert chains.curve(store, job_id)["dev"] == {"passes": [], "values": [[], [], []]}
