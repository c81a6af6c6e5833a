"""What a student that ships is taught with: versions of clips, whole clips to choose by, each answered by a teacher."""

import numpy as np
import pytest
import soundfile as sf

from engine.recipes import student_crops
from engine.recipes.student_crops import OPTIONS, Job
from engine.teachers import loudness
from engine.training import reinforce
from engine.types import CorpusRow
from tests.sounds import babble

ROW_VERSIONS = 4


@pytest.fixture(scope="module")
def row(tmp_path_factory):
    path = tmp_path_factory.mktemp("voices") / "voice.wav"
    sf.write(path, 0.2 * babble(3.4, np.random.default_rng(0)), 16_000)
    return CorpusRow(path, corpus="voices")


def test_each_version_has_the_answer_to_exactly_its_samples(row):
    crops = student_crops.teach(Job(row, 7, ROW_VERSIONS, "loudness"))
    assert [crop.seed for crop in crops] == reinforce.seeds("voices/voice.wav", ROW_VERSIONS)
    for crop in crops:
        adv, embedding = loudness.load().predict(reinforce.hearable(crop.samples)[None])
        assert np.array_equal(crop.adv, adv[0])
        assert np.array_equal(crop.embedding, embedding[0])
        assert crop.group == 7
        assert len(crop.samples) <= OPTIONS.longest_s * 16_000


def test_without_versions_the_whole_clip_is_taught_up_to_ten_seconds(row):
    (crop,) = student_crops.teach(Job(row, 0, 0, "loudness"))
    assert len(crop.samples) == pytest.approx(3.4 * 16_000, abs=2)
    assert np.abs(crop.samples).max() == reinforce.FULL


def test_a_broken_clip_gives_nothing(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"broken")
    assert student_crops.teach(Job(CorpusRow(tmp_path / "broken.wav"), 0, 4, "loudness")) == []
