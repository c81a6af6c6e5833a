from hypothesis import given
from hypothesis import strategies as st

from app import models
from app.training import defaults
from app.training.trainings import TrainOrder
from store.db import Store
from tests.classroom import TAUGHT, TINY

CLIPS = 8
clips = st.integers(0, 1_000_000)


@given(clips, st.integers(1, 256))
def test_what_is_chosen_can_be_ordered_and_is_never_more_than_the_machine_has(clips: int, cores: int) -> None:
    found = defaults.chosen(clips, cores)
    TrainOrder.of({"reinforce": {"versions": found.versions}, "options": {"passes": found.passes}})
    assert 1 <= found.processes <= cores


@given(clips, clips)
def test_the_smaller_library_gets_as_many_versions_or_more(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert defaults.chosen(small, 2).versions >= defaults.chosen(large, 2).versions


def test_a_thousand_clips_are_learnt_from_in_about_as_many_crops_as_a_hundred() -> None:
    for clips in (100, 300, 1000, 3000):
        found = defaults.chosen(clips, 2)
        assert 0.7 <= clips * found.versions * found.passes / defaults.LEARNT <= 1.3


def test_what_is_asked_stays_and_the_rest_is_filled_in(library: Store) -> None:
    found = defaults.here(library)
    assert found == defaults.chosen(TAUGHT * CLIPS, defaults.cores())
    filled = defaults.complete(library, {"options": {"passes": None}, "reinforce": {"longest_s": 2.0}, "teacher": "x"})
    assert filled == {
        "options": {"passes": found.passes, "processes": found.processes},
        "reinforce": {"versions": found.versions, "longest_s": 2.0},
        "teacher": "x",
        "start": "",
    }
    assert defaults.complete(library, TINY) == {**TINY, "start": ""}


def test_a_training_begins_with_the_live_student_where_that_one_fits(library: Store) -> None:
    filled = defaults.complete(library, {})
    assert (filled["start"], filled["options"]["rate"]) == (models.STUDENT, defaults.GENTLE)
    assert filled["options"]["passes"] < defaults.here(library).passes
    for other in ({"spec": {"size": 8}}, {"teacher": "loudness"}, {"preset": "paper"}, {"start": ""}):
        filled = defaults.complete(library, other)
        assert (filled["start"], "rate" in filled["options"]) == ("", False)
    assert defaults.complete(library, {"start": "wav2small"})["start"] == "wav2small"
