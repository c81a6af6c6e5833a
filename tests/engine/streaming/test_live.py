"""Live values are those of one pass over the recording; silence holds them; a swap leaves no hole."""

import numpy as np
import pytest

from engine.onnx_model import ASSETS
from engine.streaming.live import FIRST_S, HOP, RECENT_S, Live
from engine.streaming.moments import Moments
from engine.streaming.streamed import Streamed
from engine.streaming.windows import Windows
from engine.types import Floats
from tests.sounds import noise, silence


@pytest.fixture(scope="module")
def etude() -> Streamed:
    return Streamed(ASSETS / "etude.onnx")


@pytest.fixture(scope="module")
def speech(samples: dict[str, Floats]) -> Floats:
    return np.concatenate(list(samples.values()))


def heard(student: Streamed, sound: Floats, piece: int = HOP) -> Live:
    live = Live(student)
    for start in range(0, len(sound), piece):
        live.push(sound[start : start + piece])
    return live


def one_pass(student: Streamed, sound: Floats) -> Floats:
    """Every token of the recording at once, and a window that slides over them."""
    windows = Windows(2.0, 0.1, student.tokens_per_s)
    windows.add(student.begin(sound, Moments(), student.silent()).tokens)
    return student.answer(windows.pooled(len(sound), last=True))


@pytest.mark.parametrize("piece", [HOP, 700, 9 * HOP])
def test_live_values_are_those_of_one_pass(etude: Streamed, speech: Floats, piece: int) -> None:
    points = heard(etude, speech, piece).line.points
    asked = [point for point in points if point.t >= 2 and not point.held]
    assert len(asked) > 0.9 * len(speech) / HOP - 23
    theirs = one_pass(etude, speech)
    for point in asked:
        assert point[1:4] == pytest.approx(theirs[round(10 * (point.t - 2))], abs=1e-4)


def test_points_come_from_half_a_second_on_each_tenth(etude: Streamed, speech: Floats) -> None:
    points = heard(etude, speech[:64_000]).line.points
    assert [point.t for point in points] == pytest.approx(np.arange(5, 5 + len(points)) / 10)
    assert points[0].t == FIRST_S
    assert points[-1].t >= 3.7
    grown = next(point for point in points if point.t == 1.0)
    tokens = etude.begin(speech[:64_000], Moments(), etude.silent()).tokens
    windows = Windows(1.0, 0.1, etude.tokens_per_s)
    windows.add(tokens)
    assert grown[1:4] == pytest.approx(etude.answer(windows.pooled(64_000, last=True))[0], abs=1e-4)


def test_silence_holds_the_last_value_and_invents_none(etude: Streamed, voice: Floats) -> None:
    live = heard(etude, np.concatenate([noise(3, level=0.001), voice, silence(5)]))
    points = live.line.points
    assert points[0].t > 3
    assert not points[0].held
    quiet = [point for point in points if point.t > 3 + len(voice) / 16_000 + 2]
    assert len(quiet) > 20
    assert {point.held for point in quiet} == {1}
    assert len({point[1:4] for point in quiet}) == 1


def test_where_nobody_speaks_nothing_is_said(etude: Streamed) -> None:
    assert heard(etude, noise(5)).line.points == []


def test_a_swap_goes_on_at_the_next_tenth(etude: Streamed, speech: Floats) -> None:
    live, at = heard(etude, speech[:200_123], 700), 200_123
    other = Streamed(ASSETS / "wav2small.onnx")
    live.swap(other, speech[at - round(RECENT_S * 16_000) : at])
    swapped = len(live.line.points)
    for start in range(at, len(speech), HOP):
        live.push(speech[start : start + HOP])
    points = live.line.points
    assert np.diff([point.t for point in points]) == pytest.approx(0.1, abs=1e-9)
    theirs, alone = heard(other, speech).line.points, {point.t: point for point in heard(etude, speech).line.points}
    late = points[-30:]
    assert swapped < len(points) - 30
    assert np.abs([p[1:4] for p in late] - np.array([p[1:4] for p in theirs[-30:]])).mean() < 0.1
    assert all(point[1:4] != alone[point.t][1:4] for point in late if point.t in alone and not point.held)


def test_back_to_the_same_student_says_nearly_the_same(etude: Streamed, speech: Floats) -> None:
    live, at = heard(etude, speech[:240_000]), 240_000
    live.swap(etude, speech[at - round(RECENT_S * 16_000) : at])
    live.push(speech[at : at + 32_000])
    straight = heard(etude, speech[: at + 32_000]).line.points
    assert np.abs(np.array(live.line.points)[-15:, 1:4] - np.array(straight)[-15:, 1:4]).max() < 0.1


def test_a_window_too_short_is_refused(etude: Streamed) -> None:
    with pytest.raises(ValueError, match=r"0\.5 s or longer"):
        Live(etude, 0.2)
