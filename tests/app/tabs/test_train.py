import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import models
from app.tabs import train
from app.training import defaults, trainings
from engine import plugins
from store.db import Store
from tests.classroom import KEPT, TAUGHT

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
    asked = dict.fromkeys((*models.OWN, "loudness"), 0)
    assert plan["answered"] == asked  # answered, but for other stretches than the default's
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
    assert trainings.TrainOrder.of(newest(library)) == trainings.TrainOrder.of(defaults.complete(library, {}))


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


def test_the_library_is_counted_only_when_it_changed(library: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    plan = train.plan
    monkeypatch.setattr(train, "plan", lambda store: counted.append(1) or plan(store))
    paint = train._Painter(library)
    first = paint()
    assert paint() == first
    assert len(counted) == 1
    library.clips.delete([library.clips.find()[0].id])
    while paint() == first:  # it rests a while after each count
        time.sleep(0.01)
    assert len(counted) == 2
