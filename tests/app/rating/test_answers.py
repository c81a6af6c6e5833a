"""What a rater says is checked, kept once, and can be taken back; whoever has seen an answer is not blind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from app.models import TEACHER
from app.rating import answers
from engine.types import Trace
from store.db import Store
from store.records import ClipRecord, CorrectionRecord, LabelRecord
from store.turns import Mixture

IN_ORDER = Mixture(random=0.0, repeat=0.0)
TOLD = np.array([0.5, 0.25, 1.0], np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three clips, of which the teacher has not heard the third; all wait before Ada."""
    with Store(tmp_path / "data") as store:
        for number in range(3):
            flac = tmp_path / "sound.flac"
            flac.touch()
            clip = ClipRecord(id=f"{number:032x}", name=f"clip{number}", duration_s=1.0, peak=0.5, rms=0.1)
            store.clips.add(clip, flac)
            if number < 2:
                trace = Trace(TOLD[None], 0.25, 2.0, 1.0)
                label = LabelRecord(
                    clip_id=clip.id, teacher=TEACHER, fingerprint="f", adv=TOLD, trace=trace, speech_s=1.0
                )
                store.labels.add(label)
        store.turns.take("Ada", 3, IN_ORDER)
        yield store


def said(number: int = 0, verdict: str = "correct", **more: Any) -> dict[str, Any]:
    act = {"act": "decide", "rater": "Ada", "clip": f"{number:032x}", "verdict": verdict, "token": str(uuid4())}
    return act | {"raw": [5, 1, 9] if verdict == "correct" else [None, None, None]} | more


def kept(store: Store) -> list[CorrectionRecord]:
    return list(store.corrections.all())


def waiting(store: Store, rater: str = "Ada") -> list[int]:
    return [int(turn.clip_id, 16) for turn in store.turns.waiting(rater)]


def test_a_correction_is_kept_with_all_that_was_said_and_its_turn_ends(store: Store) -> None:
    assert 0 in waiting(store)
    answers.act(store, said(seconds=3.5, note=" a cough ", flag=True))
    (row,) = kept(store)
    assert (row.raw, row.adv) == ((5, 1, 9), (0.5, 0.0, 1.0))
    assert (row.seconds, row.note, row.flag, row.shown, row.rater) == (3.5, "a cough", True, "doubt", "Ada")
    assert 0 not in waiting(store)


def test_an_axis_that_was_not_rated_is_left_open(store: Store) -> None:
    answers.act(store, said(raw=[None, 3, None]))
    assert kept(store)[0].adv == (None, 0.25, None)


def test_accepting_keeps_what_was_accepted(store: Store) -> None:
    answers.act(store, said(verdict="accept"))
    assert (kept(store)[0].raw, kept(store)[0].adv) == ((None, None, None), (0.5, 0.25, 1.0))


def test_nothing_can_be_accepted_that_was_not_said(store: Store) -> None:
    with pytest.raises(ValueError, match="nothing to accept"):
        answers.act(store, said(2, verdict="accept"))
    assert kept(store) == []


@pytest.mark.parametrize("verdict", ["reject", "skip"])
def test_a_verdict_without_a_rating_keeps_none(store: Store, verdict: str) -> None:
    answers.act(store, said(verdict=verdict, raw=[5, 5, 5]))
    assert (kept(store)[0].verdict, kept(store)[0].raw) == (verdict, (None, None, None))


def test_what_is_sent_twice_counts_once(store: Store) -> None:
    decision, undo = said(), {"act": "undo", "rater": "Ada", "token": str(uuid4())}
    for _ in range(3):
        answers.act(store, decision)
    undo["of"] = decision["token"]
    for _ in range(3):
        answers.act(store, undo)
    assert [row.undoes for row in kept(store)] == [None, kept(store)[0].id]
    answers.act(store, decision)
    assert len(kept(store)) == 2
    assert waiting(store)[0] == 0


def test_undoing_walks_back_and_each_clip_comes_to_the_front(store: Store) -> None:
    for number in range(3):
        answers.act(store, said(number))
    for number in reversed(range(3)):
        made = store.corrections.recent("Ada")[0]
        answers.act(store, {"act": "undo", "rater": "Ada", "of": made.id, "token": str(uuid4())})
        assert waiting(store)[0] == number
    assert store.corrections.recent("Ada") == []


def test_nobody_takes_back_what_another_said(store: Store) -> None:
    decision = said()
    answers.act(store, decision)
    answers.act(store, {"act": "undo", "rater": "Bob", "of": decision["token"], "token": str(uuid4())})
    assert len(kept(store)) == 1


def test_restoring_is_another_row_of_whoever_restores(store: Store) -> None:
    answers.act(store, said(blind=True))
    (first,) = kept(store)
    answers.act(store, {"act": "undo", "rater": "Ada", "of": first.id, "token": str(uuid4())})
    restore = {"act": "restore", "rater": "Bob", "clip": first.clip_id, "id": first.id, "token": str(uuid4())}
    for _ in range(2):
        answers.act(store, restore)
    *_, last = kept(store)
    assert len(kept(store)) == 3
    assert (last.rater, last.raw, last.blind, last.shown) == ("Bob", (5, 1, 9), False, "asked")
    with pytest.raises(ValueError, match="no such answer"):
        answers.act(store, restore | {"id": 99, "token": str(uuid4())})


def test_blind_is_who_has_not_seen_and_a_change_after_the_reveal_is_another_row(store: Store) -> None:
    answers.act(store, said(blind=True))
    answers.act(store, said(blind=True, raw=[6, 1, 9]))
    assert [row.blind for row in kept(store)] == [True, False]
    assert store.corrections.ratings()[said()["clip"]][0].raw == (6, 1, 9)


def test_whoever_takes_a_blind_answer_back_has_seen(store: Store) -> None:
    decision = said(blind=True)
    answers.act(store, decision)
    answers.act(store, {"act": "undo", "rater": "Ada", "of": decision["token"], "token": str(uuid4())})
    answers.act(store, said(blind=True))
    assert kept(store)[-1].blind is False


def test_skipping_shows_nothing(store: Store) -> None:
    skipped = said(verdict="skip", blind=True)
    answers.act(store, skipped)
    answers.act(store, {"act": "undo", "rater": "Ada", "of": skipped["token"], "token": str(uuid4())})
    answers.act(store, said(blind=True))
    assert kept(store)[-1].blind is True


def test_blind_needs_all_three_and_accepts_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="arousal, dominance and valence"):
        answers.act(store, said(blind=True, raw=[5, None, 9]))
    with pytest.raises(ValueError, match="no answer to accept"):
        answers.act(store, said(verdict="accept", blind=True))
    assert kept(store) == []


def test_a_clip_that_was_not_in_the_queue_was_asked_for(store: Store) -> None:
    answers.act(store, said(rater="Bob"))
    assert kept(store)[0].shown == "asked"


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "drop tables"},
        {"rater": ""},
        {"rater": "A" * 41},
        {"rater": "a\x00b"},
        {"rater": 7},
        {"clip": "../../etc/passwd"},
        {"clip": None},
        {"verdict": "maybe"},
        {"raw": [0, 1, 2]},
        {"raw": [1, 2, 10]},
        {"raw": [1.5, 2, 3]},
        {"raw": [True, 2, 3]},
        {"raw": ["5", 2, 3]},
        {"raw": [1, 2]},
        {"raw": [None, None, None]},
        {"token": ""},
        {"token": "short"},
        {"token": None},
        {"token": ["a"] * 9},
    ],
)
def test_whatever_else_is_sent_is_refused_in_words(store: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z'\"\[{].*\.$"):
        answers.act(store, said() | wrong)
    assert kept(store) == []


@pytest.mark.parametrize("seconds", [None, "long", -3, float("nan"), float("inf"), 1e9, True])
def test_a_time_that_is_none_breaks_nothing(store: Store, seconds: Any) -> None:
    answers.act(store, said(seconds=seconds))
    assert 0 <= kept(store)[0].seconds <= answers.LONGEST_S
