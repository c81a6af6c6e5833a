"""A voice that comes in pieces is found where the filter for whole clips finds it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sound import speech
from engine.sound.voiced import Voice
from engine.types import Floats
from tests.sounds import noise, silence, tone

NEAR_S = 0.2


def heard(samples: Floats, piece: int = 1600) -> Voice:
    voice = Voice()
    for start in range(0, len(samples), piece):
        voice.push(samples[start : start + piece])
    return voice


def test_speech_between_silences_is_where_it_is(samples: dict[str, Floats]) -> None:
    for clip in samples.values():
        whole = np.concatenate([silence(2), clip, silence(2)])
        ours, theirs = heard(whole).spans, speech.spans(whole)
        assert ours[0][0] == pytest.approx(theirs[0][0], abs=NEAR_S)
        assert ours[-1][1] == pytest.approx(theirs[-1][1], abs=NEAR_S)


@settings(max_examples=5)
@given(piece=st.integers(1, 5000))
def test_the_pieces_change_nothing(voice: Floats, piece: int) -> None:
    assert np.array(heard(voice[:32_000], max(200, piece)).spans) == pytest.approx(
        np.array(heard(voice[:32_000]).spans)
    )


@pytest.mark.parametrize("sound", [noise(4), noise(4, level=1e-4), noise(4, colour=1), tone(300, 4), silence(4)])
def test_noise_is_no_speech(sound: Floats) -> None:
    assert heard(sound).spans == []


def test_after_a_slam_a_quiet_voice_is_heard_again(voice: Floats) -> None:
    slam = np.full(800, 0.99, np.float32)
    quiet = np.concatenate([slam, np.tile(0.02 * voice / np.abs(voice).max(), 10)]).astype(np.float32)
    assert heard(quiet).share(len(quiet) / 16_000 - 5, len(quiet) / 16_000) > 0.8


def test_the_share_of_a_stretch() -> None:
    voice = Voice()
    voice.spans = [(1.0, 2.0), (3.0, 4.0)]
    shares = [voice.share(*stretch) for stretch in ((0, 1), (0, 2), (1.5, 3.5), (2, 3), (3.5, 5.5))]
    assert shares == pytest.approx([0, 0.5, 0.5, 0, 0.25])
