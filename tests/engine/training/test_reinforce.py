"""Reinforced labels: one seed, one sound, one answer, in whichever process it is made."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.teachers import loudness
from engine.training import reinforce
from engine.training.crops import STEP
from engine.training.reinforce import PLAIN, ReinforceOptions
from tests.sounds import babble, silence

CLIP = babble(4.0, np.random.default_rng(0)) * np.float32(0.1)
OPTIONS = ReinforceOptions()
SEEDS = reinforce.seeds("clip", 40)
AGAIN = """
import hashlib, sys
import numpy as np
from engine.training import reinforce
from tests.sounds import babble
clip = babble(4.0, np.random.default_rng(0)) * np.float32(0.1)
heard = [reinforce.version(clip, seed, reinforce.ReinforceOptions()) for seed in reinforce.seeds("clip", 40)]
print(hashlib.sha256(b"".join(each.tobytes() for each in heard)).hexdigest())
"""


def test_seeds_begin_with_the_plain_one_and_stay_when_more_are_asked_for():
    assert SEEDS[0] == PLAIN
    assert len(set(SEEDS)) == 40
    assert reinforce.seeds("clip", 5) == SEEDS[:5]
    assert reinforce.seeds("other", 5)[1:] != SEEDS[1:5]


def test_another_process_makes_the_same_sounds_bit_for_bit():
    heard = b"".join(reinforce.version(CLIP, seed, OPTIONS).tobytes() for seed in SEEDS)
    told = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == hashlib.sha256(heard).hexdigest()


def test_the_plain_version_is_the_clip_at_full_level():
    plain = reinforce.version(CLIP, PLAIN, OPTIONS)
    assert plain / np.abs(plain).max() == pytest.approx(CLIP[: len(plain)] / np.abs(CLIP).max(), abs=1e-4)
    assert len({reinforce.version(CLIP, seed, OPTIONS).tobytes() for seed in SEEDS}) == 40


@settings(max_examples=40, deadline=None)
@given(length=st.integers(0, 100_000), seed=st.integers(0, 2**32 - 1))
def test_any_clip_gives_whole_half_seconds_at_full_level_or_nothing(length, seed):
    clip = np.resize(CLIP, length)
    heard = reinforce.version(clip, seed, OPTIONS)
    if heard is None:
        assert length < 2 * STEP
    else:
        assert heard.dtype == np.int16
        assert len(heard) % STEP == 0
        assert len(heard) <= OPTIONS.longest_s * 16_000
        assert np.abs(heard).max() == reinforce.FULL


def test_silence_has_no_version():
    assert all(reinforce.version(silence(2), seed, ReinforceOptions(strength=0)) is None for seed in SEEDS)


def test_the_teacher_answers_exactly_what_the_student_hears():
    teacher = loudness.load()
    told = list(reinforce.answers(teacher, CLIP, SEEDS, OPTIONS))
    assert [said.seed for _, said in told] == SEEDS
    for heard, said in told:
        adv, embedding = teacher.predict(reinforce.hearable(heard)[None])
        assert np.array_equal(said.adv, adv[0])
        assert np.array_equal(said.embedding, embedding[0])


def test_the_fingerprint_is_of_the_sound_and_not_of_how_many():
    assert ReinforceOptions(versions=9).fingerprint == OPTIONS.fingerprint
    assert ReinforceOptions(strength=0.5).fingerprint != OPTIONS.fingerprint
    assert ReinforceOptions(longest_s=3).fingerprint != OPTIONS.fingerprint
