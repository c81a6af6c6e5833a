from dataclasses import replace

import numpy as np
import pytest

from engine.training import sampling
from engine.training.crops import STEP, Crops
from engine.training.presets import PRESETS

RNG = np.random.default_rng(0)
COUNT = 3000
GROUP = np.where(RNG.random(COUNT) < 0.1, sampling.QUIET, 1)
CROPS = Crops(
    np.zeros(0, np.int16), np.zeros(COUNT, int), RNG.integers(2, 5, COUNT) * STEP,
    RNG.normal(0.5, 0.1, (COUNT, 3)).astype(np.float32), np.zeros((COUNT, 3), np.float16), GROUP,
    RNG.integers(0, 3, COUNT), np.ones(COUNT, np.float32),
)  # fmt: skip
OPTIONS = replace(PRESETS["etude"], pass_s=1000.0, batch_s=48.0, quiet=0.02)


def drawn(options, number=0, seed=0):
    return np.concatenate(sampling.plan(CROPS, options, seed, number))


def test_a_batch_holds_one_length_and_a_pass_holds_no_crop_twice():
    found = sampling.plan(CROPS, OPTIONS, 0, 0)
    for rows in found:
        assert len(set(CROPS.length[rows])) == 1
        assert sampling.LEAST <= len(rows) <= 48 * 16_000 // CROPS.length[rows[0]]
    rows = np.concatenate(found)
    assert len(set(rows)) == len(rows)
    assert 850 < CROPS.length[rows].sum() / 16_000 < 1010


def test_one_seed_and_number_one_plan():
    assert np.array_equal(drawn(OPTIONS), drawn(OPTIONS))
    assert not np.array_equal(drawn(OPTIONS), drawn(OPTIONS, number=1))
    assert not np.array_equal(drawn(OPTIONS), drawn(OPTIONS, seed=1))


def test_evening_brings_the_corners_forward():
    off = np.abs(CROPS.adv - 0.5).max(axis=1)
    spoken = [rows[CROPS.group[rows] != sampling.QUIET] for rows in (drawn(replace(OPTIONS, even=e)) for e in (0, 1))]
    plain, even = (off[rows].mean() for rows in spoken)
    assert even > 1.1 * plain


def test_at_full_power_each_cell_weighs_the_same():
    adv = np.repeat(np.array([[0.1] * 3, [0.9] * 3], np.float32), [90, 10], axis=0)
    share = sampling.evenness(adv, 1.0)
    assert share[:90].sum() == pytest.approx(share[90:].sum(), rel=1e-5)
    assert np.array_equal(sampling.evenness(adv, 0.0), np.ones(100, np.float32))


def test_ingredients_can_be_left_out():
    assert (CROPS.seed[drawn(replace(OPTIONS, reinforced=False, quiet=0))] == 0).all()
    assert (CROPS.group[drawn(replace(OPTIONS, quiet=0))] != sampling.QUIET).all()
    quiet = np.mean([(CROPS.group[drawn(OPTIONS, number)] == sampling.QUIET).mean() for number in range(10)])
    assert 0.008 < quiet < 0.04
