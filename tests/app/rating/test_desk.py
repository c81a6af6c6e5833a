"""What a rater is told of the clips before them: in order of doubt, no clip before two, and blind means blind."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
import soundfile as sf

from app.jobs import work
from app.models import TEACHER
from app.rating import answers, desk
from engine import plugins
from engine.types import Answer, Trace
from store.db import Store
from store.records import DoubtRecord
from store.turns import APART, Mixture

CLIPS = 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Thirty labelled clips, the later the more doubtful, and queues without chance."""
    with Store(tmp_path / "data") as store:
        spec = plugins.load("teachers", TEACHER).SPEC
        doubts = []
        for number in range(CLIPS):
            path = tmp_path / "tone.wav"
            sf.write(path, np.random.default_rng(number).normal(0, 0.1, 8000), 16_000)
            adv = np.array([number / CLIPS, 0.4321, 0.5], np.float32)
            answer = Answer(TEACHER, adv, Trace(adv[None], 0.25, 2.0, 0.5), None, ((0.0, 0.5),), 0.5)
            clip_id = work.keep(store, path, f"clip{number:02}", [(spec, answer)])
            doubts.append(
                DoubtRecord(clip_id=clip_id, doubt=number / CLIPS, parts={"student:valence": 0.9, "short": 0.8})
            )
        store.doubts.replace(doubts)
        yield store


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "Mixture", lambda overlap: Mixture(0.0, 0.0, overlap))


def said(clip: str, verdict: str = "correct", rater: str = "Ada", **more: Any) -> dict[str, Any]:
    act = {"act": "decide", "rater": rater, "clip": clip, "verdict": verdict, "raw": [5, 5, 5], "token": str(uuid4())}
    return act | more


def titles(value: dict[str, Any]) -> list[str]:
    return [each["title"] for each in value["queue"]]


def test_the_queue_is_in_order_of_doubt_with_reasons_in_words(store: Store) -> None:
    value = desk.entry(store, "Ada", blind=False)
    assert titles(value) == [f"clip{CLIPS - 1 - n:02}" for n in range(desk.WANT)]
    assert "valence" in value["queue"][0]["why"][0]
    assert len(value["queue"][0]["why"]) == 2
    assert (value["left"], value["clips"], value["today"]["done"]) == (CLIPS, CLIPS, 0)
    json.dumps(value)


def test_no_two_are_given_the_same_clip_unless_it_is_wanted(store: Store) -> None:
    ada, bob = desk.entry(store, "Ada", False), desk.entry(store, "Bob", False)
    assert set(titles(ada)) & set(titles(bob)) == set()
    store.choices.set("overlap", 2)
    assert titles(desk.entry(store, "Carol", False)) == titles(ada)


def test_a_decided_clip_is_followed_by_the_next_and_can_be_seen_among_ones_own(store: Store) -> None:
    first = desk.entry(store, "Ada", False)["queue"][0]
    answers.act(store, said(first["clip"], flag=True))
    value = desk.entry(store, "Ada", False)
    assert titles(value)[0] == f"clip{CLIPS - 2:02}"
    assert len(value["queue"]) == desk.WANT
    (made,) = value["made"]
    assert (made["title"], made["raw"], made["flag"]) == (first["title"], (5, 5, 5), True)
    assert (value["left"], value["today"]) == (CLIPS - 1, {"done": 1, "random": 0, "repeat": 0})
    assert desk.people(store) == {"raters": ["Ada"], "overlap": 1}


def test_blind_nothing_that_tells_an_answer_is_sent_before_ones_own(store: Store) -> None:
    value = desk.entry(store, "Ada", blind=True)
    clip = value["queue"][0]["clip"]
    sent = json.dumps([value, desk.look(store, "Ada", True, [clip]), desk.history(store, "Ada", True, clip)])
    for word in ("teacher", "student", "0.4321", "valence", f"clip{CLIPS - 1:02}"):
        assert word not in sent
    assert desk.look(store, "Ada", True, [clip])[clip]["hidden"] is True
    answers.act(store, said(clip, blind=True))
    shown = desk.look(store, "Ada", True, [clip])[clip]
    assert (shown["hidden"], shown["teacher"]["adv"][1]) == (False, 0.4321)


def test_blind_others_answers_are_not_told_either(store: Store) -> None:
    clip = desk.entry(store, "Bob", False)["queue"][0]["clip"]
    answers.act(store, said(clip, "accept", "Bob"))
    assert desk.history(store, "Ada", True, clip) == []
    assert [row["rater"] for row in desk.history(store, "Ada", False, clip)] == ["Bob"]


def test_a_repeat_looks_like_any_other_clip(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for clip in [turn.clip_id for turn in store.turns.take("Ada", APART + 1, Mixture(0.0, 0.0))]:
        answers.act(store, said(clip, blind=True))
    random.seed(0)
    (turn,) = store.turns.take("Ada", 1, Mixture(0.0, 1.0))
    assert turn.shown == "repeat"
    for blind in (False, True):
        value = desk.entry(store, "Ada", blind)
        keys = {frozenset(each) for each in value["queue"]}
        assert len(keys) == 1
        assert "repeat" not in json.dumps(value["queue"])
        assert desk.history(store, "Ada", blind, turn.clip_id) == []
    assert desk.look(store, "Ada", True, [turn.clip_id])[turn.clip_id]["hidden"] is True
    answers.act(store, said(turn.clip_id, blind=True))
    assert store.corrections.recent("Ada")[0].blind is True
    assert desk.entry(store, "Ada", True)["today"]["repeat"] == 1


def test_history_tells_all_but_what_is_undone_is_marked(store: Store) -> None:
    clip = desk.entry(store, "Ada", False)["queue"][0]["clip"]
    answers.act(store, said(clip, raw=[1, 2, 3]))
    answers.act(store, said(clip, raw=[4, 5, 6], note="again"))
    made = store.corrections.recent("Ada")[0]
    answers.act(store, {"act": "undo", "rater": "Ada", "of": made.id, "token": str(uuid4())})
    rows = desk.history(store, "Ada", False, clip)
    assert [(row["raw"], row["undone"]) for row in rows] == [((4, 5, 6), True), ((1, 2, 3), False)]
    assert rows[0]["note"] == "again"


def test_a_clip_whose_sound_is_lost_is_told_and_unknown_ones_are_passed_over(store: Store) -> None:
    clip = desk.entry(store, "Ada", False)["queue"][0]["clip"]
    store.clips.audio(clip).unlink()
    found = desk.look(store, "Ada", False, [clip, "f" * 32])
    assert list(found) == [clip]
    assert found[clip]["error"].endswith(".")


def test_an_empty_library_has_an_empty_desk(tmp_path: Path) -> None:
    with Store(tmp_path / "empty") as store:
        value = desk.entry(store, "Ada", True)
        assert (value["queue"], value["made"], value["left"]) == ([], [], 0)
