from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sound import speech
from engine.types import Floats
from tests.conftest import SAMPLES
from tests.sounds import noise, silence, tone

FRAME_S = 0.032


def clicks(seconds: float) -> Floats:
    rng = np.random.default_rng(0)
    return (0.9 * (rng.random(round(seconds * 16_000)) < 2e-4)).astype(np.float32)


def pulsing(seconds: float) -> Floats:
    return noise(seconds) * (1 + tone(4, seconds, level=1.0)) / 2


NOT_SPEECH = {
    "white": noise(4),
    "brown": noise(4, colour=1),
    "quiet": noise(4, level=1e-4),
    "tone": tone(300, 4),
    "hum": sum((tone(50 * k, 4, level=0.2 / k) for k in range(1, 12)), silence(4)),
    "clicks": clicks(4),
    "pulsing": pulsing(4),
    "silence": silence(4),
    "constant": silence(4) + np.float32(0.3),
    "nothing": silence(0),
}


@pytest.mark.parametrize("name", NOT_SPEECH)
def test_noise_is_not_speech(name):
    assert speech.spans(NOT_SPEECH[name]) == ()


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES])
def test_speech_is(samples, name):
    clip = samples[name]
    assert sum(end - start for start, end in speech.spans(clip)) > 0.9 * len(clip) / 16_000


@pytest.mark.parametrize("gain_db", [-12, -6, 6, 12])
def test_the_gain_moves_no_span(samples, gain_db):
    for clip in samples.values():
        assert speech.spans((clip * 10 ** (gain_db / 20)).astype(np.float32)) == speech.spans(clip)


@pytest.mark.parametrize(("before_s", "after_s"), [(1.0, 0.0), (0.0, 1.0), (0.77, 2.3)])
def test_silence_around_speech_moves_its_span_along_and_nothing_else(voice, before_s, after_s):
    clip = np.concatenate([silence(1), voice, silence(1)])
    ((start, end),) = speech.spans(clip)
    ((later, last),) = speech.spans(np.concatenate([silence(before_s), clip, silence(after_s)]))
    assert (later, last) == pytest.approx((start + before_s, end + before_s), abs=FRAME_S)


def test_a_long_pause_parts_two_sentences_and_a_short_one_does_not(samples):
    one, other = samples["calm"], samples["furious"]
    first, second = speech.spans(np.concatenate([one, silence(2), other]))
    assert first[1] == pytest.approx(len(one) / 16_000, abs=0.2)
    assert second[0] == pytest.approx(len(one) / 16_000 + 2, abs=0.2)
    assert len(speech.spans(np.concatenate([one, silence(0.2), other]))) == 1


PIECES = st.lists(st.tuples(st.sampled_from(["silence", "noise", "voice"]), st.floats(0, 2)), max_size=5)


@settings(max_examples=40)
@given(pieces=PIECES)
def test_spans_are_in_order_apart_and_within_the_clip(voice, pieces):
    made = {"silence": silence(2), "noise": noise(2), "voice": voice}
    clip = np.concatenate([silence(0), *(made[kind][: round(16_000 * seconds)] for kind, seconds in pieces)])
    found = speech.spans(clip)
    places = [place for span in found for place in span]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(clip) / 16_000 for start, end in found)
    assert all(second[0] - first[1] >= speech.GAP_S for first, second in pairwise(found))
