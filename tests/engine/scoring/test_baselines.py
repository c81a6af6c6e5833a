import numpy as np
import pytest
import torch

from engine.scoring import baselines
from engine.scoring.measure import ccc
from tests.sounds import babble, tone


def linear(rows, seed=0, noise=0.0):
    """Features, and three targets that are sums of them: [N, 5], [N, 3]."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((rows, 5)).astype(np.float32)
    mixing = np.random.default_rng(99).standard_normal((5, 3))
    return features, (features @ mixing + noise * rng.standard_normal((rows, 3))).astype(np.float32)


def test_the_statistics_are_so_many_and_level_free():
    plain = baselines.log_mel_statistics(tone(440, 1.5, level=0.5))
    assert plain.shape == (241,) and plain.dtype == np.float32
    assert baselines.log_mel_statistics(tone(440, 1.5, level=0.05)) == pytest.approx(plain, abs=1e-2)
    assert plain[-1] == pytest.approx(1.5)


def test_a_higher_tone_lies_in_a_higher_band():
    bands = [int(np.argmax(baselines.log_mel_statistics(tone(hertz))[:80])) for hertz in (200, 400, 1000, 3000)]
    assert bands == sorted(bands) and len(set(bands)) == 4


def test_a_steady_tone_changes_less_than_babble():
    steady = baselines.log_mel_statistics(tone(440, 2))[160:240]
    assert steady.mean() < 0.5 * baselines.log_mel_statistics(babble(2, np.random.default_rng(0)))[160:240].mean()


def test_frozen_states_become_their_mean_and_deviation():
    states = torch.arange(3 * 4 * 384, dtype=torch.float32).reshape(3, 4, 384)
    found = baselines.frozen_statistics(states)
    assert found.shape == (2304,)
    assert found[:1152] == pytest.approx(states.mean(dim=1).flatten().numpy())
    assert found[1152:] == pytest.approx(384 * np.std([0, 1, 2, 3], ddof=1))


def test_a_ridge_finds_what_is_linear():
    (train, wanted), (dev, dev_wanted), (test, truth) = (linear(400, seed) for seed in range(3))
    said = baselines.ridge(train, wanted, dev, dev_wanted, test)
    assert said.dtype == np.float32 and said.shape == truth.shape
    assert (ccc(said, truth) > 0.99).all()


def test_a_ridge_is_as_strong_as_dev_wants_it():
    train, wanted = linear(20, noise=3.0)
    few = [baselines.ridge(train, wanted, *linear(300, seed), linear(300, 7)[0]) for seed in (1, 2)]
    fitted = baselines.ridge(train, wanted, train, wanted, linear(300, 7)[0])  # chosen by what it was fitted to
    assert few[0] == pytest.approx(few[1])
    assert fitted.std() >= few[0].std()


def test_what_a_teacher_hears_in_the_sound_the_ridge_learns_of_it():
    """A teacher of pitch: its answers lie in the log-mels, but for a clip of which it says nothing."""
    hertz = {
        part: np.random.default_rng(seed).uniform(150, 3000, 40) for seed, part in enumerate(("train", "dev", "test"))
    }
    taught = {part: np.tile(np.log2(each / 150)[:, None] / 5, 3).astype(np.float32) for part, each in hertz.items()}
    taught["train"][3], taught["dev"][5] = np.nan, np.nan
    clips = {part: (tone(each, 0.5) for each in hertz[part]) for part in hertz}
    said = baselines.distilled(clips["train"], taught["train"], clips["dev"], taught["dev"], clips["test"])
    assert said.shape == (40, 3) and np.isfinite(said).all()
    assert (ccc(said, taught["test"]) > 0.8).all()
