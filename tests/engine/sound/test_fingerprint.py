import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sound import audio
from engine.sound import fingerprint as fingerprints
from engine.sound.fingerprint import HOP, WINDOW, fingerprint
from tests.sounds import babble, noise, silence

FORMS = {"mp3": ("MP3", "MPEG_LAYER_III"), "ogg": ("OGG", "VORBIS"), "opus": ("OGG", "OPUS"), "wav": ("WAV", "PCM_U8")}


def copies(clips):
    """What is found in the end, once it was told at every step how far it is."""
    steps, told = fingerprints.copies(clips), []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            assert told == sorted(told)
            assert told[-1] == 1
            return end.value


@pytest.fixture(scope="module")
def known(samples):
    return [fingerprint(each) for each in samples.values()]


def test_a_gain_changes_no_bit(samples, known):
    for each, codes in zip(samples.values(), known, strict=True):
        np.testing.assert_array_equal(fingerprint(each * np.float32(0.125)), codes)


def test_no_sample_is_a_copy_of_another(known):
    assert copies(known) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_re_encoded_copy_is_found(samples, known, form, tmp_path):
    path = tmp_path / f"copy.{form}"
    for place, each in enumerate(samples.values()):
        sf.write(path, 0.5 * each, 16_000, format=FORMS[form][0], subtype=FORMS[form][1])
        assert copies([*known, fingerprint(audio.read(path))]) == [[place, len(known)]]


@pytest.mark.parametrize("cut", [1, HOP // 2, 3000, 8000])
def test_a_cut_copy_is_found_wherever_it_is_cut(samples, known, cut):
    cuts = [fingerprint(each[cut : len(each) - cut // 2]) for each in samples.values()]
    count = len(known)
    assert copies([*known, *cuts]) == [[place, count + place] for place in range(count)]


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.integers(0, 7000), st.floats(0.01, 1.0))
def test_a_made_up_voice_is_known_again_and_another_is_not(seed, cut, gain):
    rng = np.random.default_rng(seed)
    first, other = babble(2.0, rng), babble(2.0, rng)
    codes = [fingerprint(each) for each in (first, other, np.float32(gain) * first[cut:])]
    assert copies(codes) == [[0, 2]]


def test_what_has_no_sound_is_no_copy(known):
    quiet = [fingerprint(each) for each in (silence(2.0), silence(2.0), noise(0.1), noise(0.1), silence(0.1))]
    assert not any(codes.any() for codes in quiet)
    assert copies([*known, *quiet]) == []
    assert copies([]) == copies(quiet) == []


def test_noises_are_not_alike():
    assert copies([fingerprint(noise(3.0, seed=seed, colour=seed % 2)) for seed in range(12)]) == []


def test_a_long_file_has_a_code_a_hop():
    codes = fingerprint(noise(60.0))
    assert len(codes) == (60 * 16_000 - WINDOW) // HOP
    assert codes.dtype == np.uint32


@pytest.mark.parametrize("frames", [1, 64, 1000])
def test_a_large_library_is_compared_part_by_part_with_the_same_result(samples, known, frames, monkeypatch):
    cuts = [fingerprint(each[3000:]) for each in samples.values()]
    whole = copies([*cuts, *known, *cuts[:2]])
    monkeypatch.setattr(fingerprints, "FRAMES", frames)
    assert len(whole) == len(known)
    assert copies([*cuts, *known, *cuts[:2]]) == whole
