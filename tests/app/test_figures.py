import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app import figures
from engine.types import Answer, Floats, Trace

SOUNDS = arrays(np.float32, st.integers(1, 5000), elements=st.floats(-1, 1, width=32))


def answer(values: Floats, adv: Floats | None = None, hop_s: float = 0.25, window_s: float = 2.0) -> Answer:
    duration_s = window_s + hop_s * (len(values) - 1)
    mean = values.mean(axis=0) if adv is None else adv
    return Answer("m", mean, Trace(values, hop_s, window_s, duration_s), None, ((0.0, duration_s),), duration_s)


def wave(points: int, shift: float = 0.0) -> Floats:
    steps = np.linspace(0, 6, points, dtype=np.float32)
    return (np.stack([np.sin(steps), np.cos(steps), np.sin(2 * steps)], axis=1) / 4 + 0.5 + shift).astype(np.float32)


@given(SOUNDS, st.integers(1, 1200))
def test_the_outline_holds_every_extreme_and_no_more(samples: Floats, count: int) -> None:
    drawn = figures.peaks(samples, count)
    assert len(drawn["low"]) == len(drawn["high"]) == min(count, len(samples))
    assert min(drawn["low"]) == round(float(samples.min()), 3)
    assert max(drawn["high"]) == round(float(samples.max()), 3)
    assert all(low <= high for low, high in zip(drawn["low"], drawn["high"], strict=True))


def test_a_click_is_drawn_where_it_is() -> None:
    samples = np.zeros(16_000, np.float32)
    samples[4000] = 1
    assert figures.peaks(samples)["high"].index(1.0) == 250


def test_silence_in_a_trace_is_none_and_time_is_the_windows_middle() -> None:
    values = wave(3)
    values[1] = np.nan
    drawn = figures.series(answer(values).trace)
    assert drawn["times"] == [1.0, 1.25, 1.5]
    assert [axis[1] for axis in drawn["values"]] == [None] * 3
    assert drawn["values"][2][2] == pytest.approx(values[2, 2], abs=1e-4)


def test_everything_is_json() -> None:
    values = np.full((4, 3), np.nan, np.float32)
    silent = answer(values, np.full(3, np.nan, np.float32))
    json.dumps([figures.series(silent.trace), figures.gap(silent, silent)], allow_nan=False)


def test_a_student_equal_to_its_teacher_has_no_gap() -> None:
    same = figures.gap(answer(wave(20)), answer(wave(20)))
    assert same == {"clip": [0.0] * 3, "trace": [0.0] * 3, "ccc": [1.0] * 3, "points": 20}


def test_a_shift_shows_in_clip_and_trace_and_lowers_ccc() -> None:
    gap = figures.gap(answer(wave(20)), answer(wave(20, shift=0.1)))
    assert gap["clip"] == pytest.approx([0.1] * 3, abs=1e-3)
    assert gap["trace"] == pytest.approx([0.1] * 3, abs=1e-3)
    assert all(0 < value < 0.95 for value in gap["ccc"])


@pytest.mark.parametrize(("points", "stated"), [(figures.ENOUGH - 1, False), (figures.ENOUGH, True)])
def test_ccc_needs_enough_points(points: int, stated: bool) -> None:
    gap = figures.gap(answer(wave(points)), answer(wave(points)))
    assert (gap["ccc"] is not None) == stated
    assert gap["points"] == points


def test_only_points_that_both_state_are_compared() -> None:
    ours, theirs = wave(20), wave(20, shift=0.2)
    ours[:5], theirs[15:] = np.nan, np.nan
    gap = figures.gap(answer(ours), answer(theirs, adv=np.full(3, np.nan, np.float32)))
    assert gap["points"] == 10
    assert gap["trace"] == pytest.approx([0.2] * 3, abs=1e-3)
    assert gap["clip"] == [None] * 3


def test_a_student_with_another_hop_is_read_at_its_teachers_times() -> None:
    line = np.linspace(0, 1, 41, dtype=np.float32)
    fine = np.stack([line] * 3, axis=1)
    gap = figures.gap(answer(fine[::4], hop_s=0.4), answer(fine, hop_s=0.1))
    assert gap["points"] == 11
    assert gap["trace"] == pytest.approx([0] * 3, abs=1e-4)


def test_no_shared_point_is_said_so() -> None:
    nothing = np.full((20, 3), np.nan, np.float32)
    gap = figures.gap(answer(wave(20)), answer(nothing))
    assert (gap["points"], gap["ccc"], gap["trace"]) == (0, None, [None] * 3)
