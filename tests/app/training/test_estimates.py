from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training import defaults, estimates
from app.training.estimates import AFTER_S, Load, Pace
from app.training.trainings import TrainOrder
from store.db import Store
from tests.classroom import TINY

loads = st.builds(
    Load, unlabelled_s=st.floats(0, 1e7), unanswered=st.integers(0, 10**7), version_s=st.floats(0, 4),
    crops=st.integers(0, 10**9),
)  # fmt: skip


@given(loads)
def test_more_work_takes_longer_and_a_faster_machine_less(load: Load) -> None:
    plain, more = Pace(), replace(load, unlabelled_s=load.unlabelled_s + 60, crops=load.crops + 1000)
    assert min(estimates.stages(load, plain).values()) >= 0
    assert sum(estimates.stages(more, plain).values()) > sum(estimates.stages(load, plain).values())
    faster = replace(plain, label_x=2 * plain.label_x, crops_s=2 * plain.crops_s)
    assert sum(estimates.stages(load, faster).values()) <= sum(estimates.stages(load, plain).values())


def test_a_thousand_clips_of_four_seconds_are_thought_to_take_minutes_on_two_cores() -> None:
    found = defaults.chosen(800, 2)
    load = Load(4 * 1000, 800 * found.versions + 200, 2.5, 800 * found.versions * found.passes)
    pace = replace(Pace(), crops_s=2 * estimates.CROPS_S)
    assert 120 < sum(estimates.stages(load, pace).values()) < 1200


def test_what_is_labelled_and_answered_is_not_counted_again(library: Store, graduated: Store) -> None:
    order = TrainOrder.of(TINY)
    before, after = estimates.known_load(library, order), estimates.known_load(graduated, order)
    assert before.unlabelled_s == pytest.approx(sum(clip.duration_s for clip in library.clips.find(limit=-1)), rel=0.1)
    assert before.unanswered == 2 * 56 + 24
    assert (after.unlabelled_s, after.unanswered) == (0, 0)


def test_paces_are_those_of_this_machine_once_they_are_known(library: Store, graduated: Store) -> None:
    order = TrainOrder.of(TINY)
    assert not estimates.expected(library, order)[1]
    pace = estimates.known_pace(graduated, order)
    taken = {each.name: each.seconds for each in graduated.journal.stages(1)}
    assert pace.measured
    assert pace.crops_s == graduated.curves.pace(1)
    assert pace.label_x == graduated.labels.pace("loudness")
    assert {name: getattr(pace, name) for name in AFTER_S} == {name: taken[name] for name in AFTER_S}
    assert not estimates.known_pace(graduated, TrainOrder.of({**TINY, "spec": {"size": 8}})).measured


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "half a minute"), (60, "a minute"), (700, "12 minutes"), (1400, "25 minutes"), (6000, "1.5 hours")],
)
def test_a_time_is_told_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert estimates.words(seconds) == words
