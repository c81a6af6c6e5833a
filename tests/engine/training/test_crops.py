import numpy as np
import pytest

from engine.training.crops import Crop, Crops, Writer, save, select

RNG = np.random.default_rng(0)
MADE = [
    Crop(RNG.integers(-32_000, 32_000, length).astype(np.int16), RNG.random(3, np.float32), RNG.random(5, np.float32),
         group=number // 2, seed=number % 2, weight=1.0 + number)
    for number, length in enumerate((8000, 16_000, 8000, 24_000))
]  # fmt: skip


@pytest.fixture
def crops(tmp_path):
    assert save(MADE, tmp_path, "train") == len(MADE)
    return Crops.open(tmp_path, "train")


def test_what_is_written_is_read(crops):
    assert len(crops) == len(MADE)
    for row, made in enumerate(MADE):
        assert np.array_equal(crops.clip(row), made.samples / np.float32(32_768))
        assert np.array_equal(crops.adv[row], made.adv)
        assert crops.embedding[row] == pytest.approx(made.embedding, abs=1e-3)
        assert (crops.group[row], crops.seed[row], crops.weight[row]) == (made.group, made.seed, made.weight)


def test_equally_long_crops_are_one_batch(crops):
    batch = crops.audio(np.array([2, 0])).numpy()
    assert batch.dtype == np.float32
    assert np.array_equal(batch, np.stack([crops.clip(2), crops.clip(0)]))


def test_a_selection_shares_the_samples(crops, tmp_path):
    select(tmp_path, "train", np.array([1, 3]), "few")
    few = Crops.open(tmp_path, "few")
    assert len(few) == 2
    assert np.array_equal(few.clip(1), crops.clip(3))
    assert not (tmp_path / "few.i16").exists()


def test_nothing_is_there_before_all_is(tmp_path):
    with Writer(tmp_path, "train") as out:
        out.add(MADE[0])
    with pytest.raises(FileNotFoundError):
        Crops.open(tmp_path, "train")


def test_no_speech_is_told(tmp_path):
    with pytest.raises(ValueError, match="no speech to learn from"):
        save([], tmp_path, "train")
