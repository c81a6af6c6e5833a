"""What a student is taught with: cuts of clips, answered by a teacher, written and read back."""

import numpy as np
import pytest
import soundfile as sf

from engine.distil import Crops, batches
from engine.recipes import student_crops
from engine.teachers import loudness
from engine.types import CorpusRow
from tests.sounds import babble

STEP = 8000
ROW_VERSIONS = 4


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    for number in range(5):
        sf.write(folder / f"{number}.wav", 0.2 * babble(3.4, np.random.default_rng(number)), 16_000)
    (folder / "broken.wav").write_bytes(b"broken")
    return [CorpusRow(path) for path in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def crops(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    answers = [student_crops.teach((row, seed, ROW_VERSIONS, "loudness")) for seed, row in enumerate(rows)]
    assert [len(answer) for answer in answers] == [ROW_VERSIONS] * 5 + [0]
    assert student_crops.save(iter(answers), folder, "train") == 5 * ROW_VERSIONS
    return Crops.open(folder, "train")


def test_the_teacher_answered_exactly_what_the_student_will_hear(crops):
    for row in range(len(crops.start)):
        audio = crops.audio(np.array([row])).numpy()
        adv, embedding = loudness.load().predict(audio)
        assert crops.adv[row] == pytest.approx(adv[0], abs=1e-6)
        assert crops.embedding[row] == pytest.approx(embedding[0], abs=1e-6)


def test_crops_are_1_to_3_seconds_in_whole_half_seconds_at_full_level(crops):
    assert (crops.length % STEP == 0).all()
    assert crops.length.min() >= 2 * STEP
    assert crops.length.max() <= 6 * STEP
    assert np.array_equal(crops.start, np.cumsum([0, *crops.length[:-1]]))
    assert len(crops.samples) == crops.length.sum()
    for start, length in zip(crops.start, crops.length, strict=True):
        assert np.abs(crops.samples[start : start + length]).max() == 32_000


def test_the_first_version_is_the_clip_itself_and_the_others_are_not():
    clip = babble(3.4, np.random.default_rng(0))
    plain = student_crops.cut(clip, 0, seed=5)
    assert plain.tobytes() in clip.tobytes()
    assert np.array_equal(plain, student_crops.cut(clip, 0, seed=5))
    changed = [student_crops.cut(clip, version, seed=5) for version in range(1, 9)]
    assert sum(cut.tobytes() not in clip.tobytes() for cut in changed) >= 4


def test_without_versions_the_whole_clip_is_taught_up_to_ten_seconds(rows):
    ((samples, _, _),) = student_crops.teach((rows[0], 0, 0, "loudness"))
    assert len(samples) == pytest.approx(3.4 * 16_000, abs=2)


def test_a_batch_holds_one_length_and_a_pass_holds_no_crop_twice():
    rng = np.random.default_rng(0)
    length = rng.integers(2, 5, 400) * STEP
    crops = Crops(np.zeros(0, np.int16), np.zeros(400, int), length, np.zeros((400, 3)), np.zeros((400, 3)))
    found = list(batches(crops, 48.0, rng))
    assert all(len(set(length[rows])) == 1 for rows in found)
    assert all(16 <= len(rows) <= 48 * 16_000 // length[rows[0]] for rows in found)
    rows = np.concatenate(found)
    assert len(set(rows)) == len(rows) > 300
