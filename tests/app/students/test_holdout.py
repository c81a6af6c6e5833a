from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from app import models
from app.jobs.work import Progress
from app.students import holdout
from engine.teachers import loudness
from engine.training.crops import Crops
from store.db import Store
from tests.classroom import KEPT
from tests.sounds import noise

CLIPS = 8


def seen(steps):
    """The steps of work, and what it gives."""
    found = list[Progress]()
    while True:
        try:
            found.append(next(steps))
        except StopIteration as end:
            return found, end.value


def test_a_student_trained_here_is_held_to_what_it_was_chosen_by(graduated: Store, tmp_path: Path) -> None:
    steps, (clips, on) = seen(holdout.clips(graduated, "etude-1", tmp_path))
    assert (len(clips), on, len(steps)) == (CLIPS * KEPT, holdout.KEPT, CLIPS * KEPT)
    assert set(clips.seed) == {0}
    with np.load(graduated.folder / "students" / "etude-1.npz") as answers:
        np.testing.assert_array_equal(clips.adv, answers["taught"])  # the training's own, kept in the store


def test_what_it_learnt_from_can_be_made_again(graduated: Store, tmp_path: Path) -> None:
    _, crops = seen(holdout.taught(graduated, "etude-1", tmp_path))
    assert len(crops) >= 2 * 7 * CLIPS * 0.9  # two versions of each clip; a few are too short
    assert len(set(crops.seed)) > 7 * CLIPS
    assert crops.embedding.shape[1] == len(loudness.load().predict(np.ones((1, 8000), np.float32))[1][0])


def test_a_student_that_came_with_etude_is_held_to_any_clips_if_there_are_enough(
    library: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdout, "MOST", 31)
    _, (clips, on) = seen(holdout.clips(library, models.STUDENT, tmp_path))
    assert (len(clips), on) == (31, holdout.LIBRARY)


def test_without_clips_the_samples_have_to_do(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with Store(tmp_path / "data") as store:
        _, (clips, on) = seen(holdout.clips(store, models.STUDENT, tmp_path / "home"))
        assert on == holdout.SAMPLES
        assert 60 <= len(clips) <= 64
        assert len(set(clips.length)) > 3
        _, nothing = seen(holdout.taught(store, models.STUDENT, tmp_path / "home"))
        assert nothing is None


def test_an_order_outlives_its_job(graduated: Store) -> None:
    assert holdout.order_of(graduated, "etude-1").options.passes == 3
    (record,) = graduated.students.list()
    graduated.students.add(type(record)(**{**vars(record), "id": 0, "name": "older"}))
    order = holdout.order_of(graduated, "older")
    assert (order.spec, order.teacher) == (record.spec, "loudness")
    with pytest.raises(ValueError, match="no student called 'nobody'"):
        holdout.order_of(graduated, "nobody")


def test_recordings_are_heard_from_word_to_word(tmp_path: Path, voice: np.ndarray) -> None:
    quiet = np.zeros(16_000, np.float32)
    sf.write(tmp_path / "a.wav", np.concatenate([quiet, voice, quiet]), 16_000)
    sf.write(tmp_path / "b.wav", noise(1), 16_000)
    (tmp_path / "c.wav").write_bytes(b"broken")
    crops = holdout.recordings(sorted(tmp_path.glob("*.wav")), loudness.load(), tmp_path)
    assert isinstance(crops, Crops)
    assert len(crops) == 1
    assert abs(int(crops.length[0]) - len(voice)) < 9_000
    with pytest.raises(ValueError, match="There is no speech"):
        holdout.recordings([tmp_path / "b.wav"], loudness.load(), tmp_path)
