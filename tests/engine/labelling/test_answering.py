from pathlib import Path

import numpy as np
import pytest

from engine.labelling import answering, listen
from engine.sound import audio
from engine.teachers import loudness
from tests.sounds import written


def test_a_long_file_is_answered_as_a_short_one(tmp_path: Path, sample_files: list[Path]) -> None:
    path = str(sample_files[0])
    whole = listen.answer(loudness.load(), audio.read(path))
    for duration_s in (1.0, answering.LONG_S + 1):
        said = answering.answer("loudness", path, duration_s)
        np.testing.assert_allclose(said.trace.values, whole.trace.values, atol=1e-6)
        assert said.adv == pytest.approx(whole.adv, abs=1e-6)


def test_what_is_wrong_with_the_teacher_is_told_apart_from_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    with pytest.raises(answering.TeacherError, match="no teacher called 'nobody'"):
        answering.answer("nobody", "a.wav", 1.0)
    with pytest.raises(audio.AudioError, match="no such file"):
        answering.answer("loudness", str(tmp_path / "a.wav"), 1.0)
    path = written(tmp_path / "b.wav", np.zeros(16_000))
    with pytest.raises(audio.AudioError, match="silent"):
        answering.answer("loudness", str(path), 1.0)
