import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import trainings
from app.tabs import train
from app.tabs.train import POINTS
from engine import plugins
from store.db import Store
from store.records import CurvePoint
from tests.classroom import KEPT, TAUGHT, TINY

CLIPS = 8
ASKED = {"student": "etude", "size": 4, "versions": 2, "passes": 3, "seed": 7, "recipe": "paper", "teacher": "loudness"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


def newest(store: Store) -> dict[str, Any]:
    return store.jobs.list(1)[0].arguments


def test_every_student_and_recipe_can_be_chosen_with_a_line_each() -> None:
    offered = train.choices()
    assert {each["name"] for each in offered["students"]} == set(plugins.names("students"))
    assert offered["students"][0]["name"] == "etude"
    for each in (*offered["students"], *offered["recipes"]):
        assert 20 < len(each["about"]) <= 120
        assert each["about"][-1] in ".:"


def test_the_plan_counts_clips_and_answers(graduated: Store) -> None:
    plan = train.plan(graduated)
    assert (plan["clips"], plan["kept"], plan["speakers"]) == (CLIPS * TAUGHT, CLIPS * KEPT, TAUGHT)
    assert plan["answered"] == {"embedded": 0, "loudness": 0}  # answered, but for other stretches than the default's
    assert (plan["lack"], "very little" in plan["doubt"]) == ("", True)


def test_an_empty_library_says_what_it_lacks_and_starts_nothing(store: Store) -> None:
    assert "import recordings of more people" in train.plan(store)["lack"]
    assert train.begin(store, ASKED) == train.plan(store)["lack"]
    assert store.jobs.list() == []


def test_what_is_asked_becomes_an_order(library: Store) -> None:
    assert train.begin(library, ASKED) == ""
    order = trainings.TrainOrder.of(newest(library))
    assert (order.spec.architecture, order.spec.size, order.spec.seed) == ("etude", 4, 7)
    assert (order.reinforce.versions, order.options.passes, order.teacher) == (2, 3, "loudness")
    assert order.options.embedding == 0  # the paper's
    assert "goes on already" in train.begin(library, ASKED)
    assert len(library.jobs.list()) == 1


def test_nothing_asked_is_the_default(library: Store) -> None:
    assert train.begin(library, {}) == ""
    assert trainings.TrainOrder.of(newest(library)) == trainings.TrainOrder()


def test_a_backbone_is_asked_for_by_name(library: Store) -> None:
    assert train.begin(library, {"student": "timm", "backbone": " mobilenetv3_small_050 "}) == ""
    assert newest(library)["spec"]["architecture"] == "timm:mobilenetv3_small_050"


@pytest.mark.parametrize(
    "asked",
    [
        {"student": "nobody"},
        {"student": {"a": 1}},
        {"size": "16"},
        {"size": 1.5},
        {"size": True},
        {"size": 10**6},
        {"versions": 0},
        {"seed": -1},
        {"passes": [3]},
        {"recipe": "soup"},
        {"teacher": "nobody"},
    ],
)
def test_whatever_the_page_sends_is_an_order_or_a_sentence(library: Store, asked: dict[str, Any]) -> None:
    sentence = train.begin(library, asked)
    assert sentence.endswith(".") or "there are: " in sentence
    assert library.jobs.list() == []


def test_the_running_training_is_shown_first_and_the_others_below(store: Store) -> None:
    ids = [store.jobs.add("train", {**TINY, "spec": {"architecture": "etude", "seed": seed}}) for seed in range(4)]
    store.jobs.cancel(ids[0])
    job = store.jobs.claim("w")
    assert job is not None
    store.jobs.beat(job, 0.5, "Pass 1.0 of 3.")
    shown = train.now(store)
    assert (shown["training"]["id"], shown["training"]["message"]) == (ids[1], "Pass 1.0 of 3.")
    assert [stage["state"] for stage in shown["training"]["stages"]] == ["done", "now", "later"]
    assert sorted(other["id"] for other in shown["others"]) == [ids[0], *ids[2:]]
    assert "seed 1" in shown["training"]["title"]


def test_a_waiting_training_says_what_it_waits_for(store: Store) -> None:
    store.jobs.add("import", {"folder": "/voices"})
    store.jobs.claim("w")
    store.jobs.add("train", TINY)
    assert train.now(store)["training"]["message"] == "It waits until the job “import” is done."


def test_a_failed_training_says_why_and_what_it_could_not_hear(store: Store) -> None:
    job_id = store.jobs.add("train", TINY)
    job = store.jobs.claim("w")
    assert job is not None
    store.jobs.refuse(job_id, "x.wav", "Not sound.")
    store.jobs.fail(job, "Too little.")
    shown = train.now(store)["training"]
    assert (shown["state"], shown["message"]) == ("failed", "Too little.")
    assert (shown["refused"], shown["refused_count"]) == ([["x.wav", "Not sound."]], 1)


def test_nothing_was_trained_yet(store: Store) -> None:
    assert train.now(store) == {"training": None, "others": []}


def test_a_finished_training_is_shown_with_its_curve(graduated: Store) -> None:
    shown = train.now(graduated)["training"]
    assert (shown["state"], shown["student"]) == ("done", "etude-1")
    assert shown["curve"]["dev"]["passes"] == [1, 2, 3]
    assert [len(axis) for axis in shown["curve"]["dev"]["values"]] == [3, 3, 3]
    assert shown["curve"]["samples_s"] > 0
    json.dumps(shown, allow_nan=False)


def test_a_long_curve_is_thinned_by_means(store: Store) -> None:
    job_id = store.jobs.add("train", TINY)
    for place in range(2 * POINTS):
        store.curves.add(job_id, CurvePoint(passes=place / 10, loss=float(place % 2)))
    loss = train.curve(store, job_id)["loss"]
    assert len(loss["passes"]) == POINTS
    assert set(loss["values"]) == {0.5}
    assert train.curve(store, job_id)["dev"] == {"passes": [], "values": [[], [], []]}


def test_the_library_is_counted_only_when_it_changed(library: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    plan = train.plan
    monkeypatch.setattr(train, "plan", lambda store: counted.append(1) or plan(store))
    paint = train._Painter(library)
    first = paint()
    assert paint() == first
    assert len(counted) == 1
    library.clips.delete([library.clips.find()[0].id])
    assert paint() != first
    assert len(counted) == 2
