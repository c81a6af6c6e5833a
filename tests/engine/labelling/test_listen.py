import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.labelling import listen
from engine.sound import speech
from engine.teachers import loudness
from tests.sounds import noise, silence

LOUDNESS = loudness.load()


class Constant:
    """Always of the same opinion."""

    name, window_s, hop_s = "constant", 2.0, 0.5

    def predict(self, audio):
        return np.full((len(audio), 3), [0.2, 0.5, 0.8], np.float32), None


def test_a_louder_clip_has_more_arousal(voice):
    quiet, loud = (listen.answer(LOUDNESS, np.float32(level) * voice) for level in (0.2, 0.8))
    assert loud.adv[0] > quiet.adv[0]
    assert (loud.trace.values[:, 0] > quiet.trace.values[:, 0]).all()
    assert loud.adv[1:] == pytest.approx(quiet.adv[1:], abs=1e-3)


def test_a_constant_opinion_gives_a_constant_trace_and_value(voice):
    answer = listen.answer(Constant(), np.concatenate([voice] * 4))
    assert answer.adv == pytest.approx([0.2, 0.5, 0.8])
    assert answer.trace.values == pytest.approx(np.tile(answer.adv, (len(answer.trace.values), 1)))
    assert answer.embedding is None
    assert answer.model == "constant"


def test_a_traces_rows_are_the_windows_that_fit(voice):
    answer = listen.answer(LOUDNESS, voice)
    duration_s = len(voice) / 16_000
    assert answer.duration_s == answer.trace.duration_s == duration_s
    assert len(answer.trace.values) == 1 + int((duration_s - 1.0) / 0.25)
    assert answer.trace.times_s[0] == pytest.approx(0.5)
    assert np.diff(answer.trace.times_s) == pytest.approx(0.25)
    assert answer.trace.times_s[-1] + 0.5 <= duration_s


def test_each_value_is_what_the_model_says_of_its_window_alone(voice):
    trace = listen.answer(LOUDNESS, voice).trace
    alone = [LOUDNESS.predict(voice[None, i * 4000 : i * 4000 + 16_000])[0][0] for i in range(len(trace.values))]
    assert trace.values == pytest.approx(np.stack(alone))


def test_a_pause_is_not_scored_and_the_sentences_are(samples):
    one, other = samples["calm"], samples["furious"]
    trace = listen.answer(LOUDNESS, np.concatenate([one, silence(4), other])).trace
    stated = ~np.isnan(trace.values).any(axis=1)
    assert stated.any(axis=0)
    before, after = len(one) / 16_000, len(one) / 16_000 + 4
    assert not stated[(trace.times_s > before + 0.5) & (trace.times_s < after - 0.5)].any()
    assert stated[(trace.times_s < before - 0.5) | (trace.times_s > after + 0.5)].all()


def test_the_clips_value_hears_nothing_before_the_first_word_nor_after_the_last(voice):
    padded = np.concatenate([silence(1.024), voice, silence(3)])
    alone, amid = listen.answer(Constant(), voice), listen.answer(LOUDNESS, padded)
    assert len(listen.trimmed(padded, amid.speech)) <= len(voice) + 0.2 * 16_000
    assert amid.speech_s == pytest.approx(alone.speech_s, abs=0.2)


@pytest.mark.parametrize("clip", [silence(3), noise(3), noise(0.2)], ids=["silence", "noise", "short"])
def test_without_speech_nothing_is_stated(clip):
    answer = listen.answer(LOUDNESS, clip)
    assert np.isnan(answer.adv).all()
    assert len(answer.trace.values) >= 1
    assert np.isnan(answer.trace.values).all()
    assert answer.embedding is None
    assert (answer.speech, answer.speech_s) == ((), 0)


def test_a_word_shorter_than_the_window_has_one_value_in_its_middle(voice):
    word = voice[8000:20_000]
    answer = listen.answer(LOUDNESS, word)
    assert answer.trace.times_s.tolist() == [0.375]
    assert answer.trace.values[0] == pytest.approx(LOUDNESS.predict(word[None])[0][0])


@given(st.integers(1, 120 * 16_000))
def test_stretches_are_equally_long_at_most_ten_seconds_and_cover_everything(length):
    pieces = list(listen.stretches(np.arange(length, dtype=np.float32)))
    assert {len(piece) for piece in pieces} == {min(length, 160_000)}
    ends = np.array([(piece[0], piece[-1]) for piece in pieces])
    assert (ends[0, 0], ends[-1, 1]) == (0, length - 1)
    assert (ends[1:, 0] <= ends[:-1, 1] + 1).all()


def test_a_long_clips_value_is_the_mean_of_its_stretches(samples):
    long = np.concatenate([*samples.values()])[: 25 * 16_000]
    spoken = speech.spans(long)
    adv, embedding = listen.clip_value(LOUDNESS, long, spoken)
    pieces = list(listen.stretches(listen.trimmed(long, spoken)))
    assert len(pieces) == 4
    assert adv == pytest.approx(np.mean([LOUDNESS.predict(piece[None])[0][0] for piece in pieces], axis=0))
    assert embedding == pytest.approx(adv)


@given(st.integers(1, 40_000), st.integers(0, 40_000), st.integers(1, 40_000))
def test_what_is_trimmed_is_never_shorter_than_half_a_second_if_there_is_that_much(total, start, length):
    clip, start = np.arange(total, dtype=np.float32), min(start, total - 1)
    end = min(start + length, total)
    kept = listen.trimmed(clip, ((start / 16_000, end / 16_000),))
    assert len(kept) >= min(total, 8000)
    assert len(kept) <= max(8000, end - start + 2)
    assert kept[0] <= start + 1
    assert kept[-1] >= end - 2
