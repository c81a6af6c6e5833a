import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sound import augment
from tests.sounds import babble, noise, silence, tone

VOICE = babble(1.5, np.random.default_rng(0))
CHANGES = [change for _, change in augment.CHAIN]
STRETCH = {augment.speed: 0.087, augment.throat: 0.25, augment.augment: 0.37}
SEEDS = range(20)


def drawn(change, samples, seed):
    return change(samples, np.random.default_rng(seed))


@pytest.mark.parametrize("change", [*CHANGES, augment.augment])
def test_one_seed_one_result_and_another_seed_another(change):
    assert np.array_equal(drawn(change, VOICE, 3), drawn(change, VOICE, 3))
    assert len({drawn(change, VOICE, seed).tobytes() for seed in SEEDS}) > 10


@pytest.mark.parametrize("samples", [VOICE, silence(1), noise(0.3), VOICE[:100]], ids=["voice", "none", "hiss", "bit"])
@pytest.mark.parametrize("change", [*CHANGES, augment.augment])
def test_lengths_and_values_stay_sound(change, samples):
    for seed in SEEDS:
        changed = drawn(change, samples, seed)
        assert changed.dtype == np.float32
        assert changed.ndim == 1
        assert np.isfinite(changed).all()
        stretch = STRETCH.get(change, 0)
        assert abs(len(changed) - len(samples)) <= stretch * len(samples) + 2


def test_no_strength_changes_nothing():
    assert np.array_equal(augment.augment(VOICE, np.random.default_rng(0), strength=0), VOICE)


def test_noise_lies_3_to_35_db_below_the_voice():
    found = []
    for seed in range(60):
        added = drawn(augment.noise, VOICE, seed) - VOICE
        found.append(10 * np.log10(np.mean(VOICE**2) / np.mean(added**2)))
    assert 2.9 < min(found) < 8
    assert 30 < max(found) < 35.1


def test_speed_moves_a_pitch_by_at_most_8_percent():
    pitches = []
    for seed in SEEDS:
        changed = drawn(augment.speed, tone(1000, 1), seed)
        pitches.append(np.argmax(np.abs(np.fft.rfft(changed, 16_000 * 4))) / 4)
    assert 915 < min(pitches) < 990
    assert 1010 < max(pitches) < 1090


def test_a_microphone_hears_no_rumble():
    for seed in SEEDS:
        assert np.abs(drawn(augment.microphone, silence(1) + np.float32(0.5), seed)[8000:]).max() < 0.01


def test_an_overdriven_input_is_never_louder():
    for seed in SEEDS:
        assert np.abs(drawn(augment.overdrive, VOICE, seed)).max() <= np.abs(VOICE).max()


def test_a_room_keeps_the_direct_sound_first():
    click = silence(0.5)
    click[100] = 1
    for seed in SEEDS:
        heard = drawn(augment.room, click, seed)
        assert np.argmax(np.abs(heard)) == 100
        assert np.abs(heard[:100]).max() < 1e-5


@given(st.integers(1, 80_000), st.integers(0, 2**32 - 1))
def test_a_crop_is_a_stretch_of_the_clip(length, seed):
    clip = np.arange(length, dtype=np.float32)
    part = augment.crop(clip, np.random.default_rng(seed), 1.0, 2.5)
    assert min(length, 16_000) <= len(part) <= min(length, 40_000)
    assert np.array_equal(part, clip[int(part[0]) : int(part[0]) + len(part)])


@pytest.mark.parametrize("change", [augment.babble, augment.music])
def test_other_sounds_lie_3_to_25_db_below_the_voice(change):
    found = []
    for seed in range(60):
        added = drawn(change, VOICE, seed) - VOICE
        found.append(10 * np.log10(np.mean(VOICE**2) / np.mean(added**2)))
    assert 2.9 < min(found) < 7
    assert 20 < max(found) < 25.1


def test_another_throat_moves_a_pitch_by_up_to_a_quarter():
    pitches = []
    for seed in range(40):
        changed = drawn(augment.throat, tone(1000, 1), seed)
        pitches.append(np.argmax(np.abs(np.fft.rfft(changed, 16_000 * 4))) / 4)
    assert 790 < min(pitches) < 860
    assert 1150 < max(pitches) < 1260
