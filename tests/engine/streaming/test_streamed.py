"""Which files can be streamed, and what is found out about them."""

import pytest
import torch

from engine.onnx_model import ASSETS
from engine.streaming.streamed import Streamed
from engine.students.etude import Etude, dials
from engine.types import StudentSpec
from tests import students
from tests.sounds import written


class Squeezed(Etude):
    """Each channel is scaled by its mean over the clip, as a squeeze-and-excitation does."""

    def tokens(self, log_mel):
        tokens = super().tokens(log_mel)
        return tokens * torch.sigmoid(tokens.mean(dim=1, keepdim=True).mean(dim=2, keepdim=True))


class Squeezed2d(Etude):
    """The same, within the convolutions."""

    def tokens(self, log_mel):
        plane = log_mel * (1 + torch.sigmoid(log_mel.mean(dim=(2, 3), keepdim=True)))
        return super().tokens(plane)


class Plain(Etude):
    """Pools by no softmax."""

    def pooled(self, tokens):
        return torch.cat([tokens.mean(dim=1), tokens.std(dim=1)], dim=1)


def file(network, folder):
    return students.written(network.eval(), folder)[0]


@pytest.mark.parametrize(
    ("name", "grid", "late", "reach"),
    [
        ("etude", (200, 400, 4), 5, 21),
        ("wav2small", (32, 64, 2), 6, 12),
        ("timm:mobilenetv2_050", (72, 144, 32), 7, 245),
    ],
)
def test_a_file_is_known_by_its_graph(name, grid, late, reach, tmp_path):
    network = students.plain(StudentSpec(name, size=4))
    student = Streamed(file(network, tmp_path))
    assert (student.hop, student.window, student.rate) == grid
    assert (student.late, student.reach) == (late, reach)
    assert student.tokens_per_s == pytest.approx(network.tokens_per_s)
    assert student.statistics == (name != "etude")


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (Squeezed, "hears other means of a clip than mean and variance"),
        (Squeezed2d, "would say something else of pieces than of the whole"),
        (Plain, "pools by no softmax over time"),
    ],
)
def test_a_student_that_needs_the_whole_clip_is_refused(network, why, tmp_path):
    with pytest.raises(ValueError, match=f"can't be streamed, since it {why}; let it hear whole clips"):
        Streamed(file(network(**dials(4)), tmp_path))


def test_a_teacher_is_refused(capfd):
    with pytest.raises(ValueError, match="can't be streamed, since it"):
        Streamed(ASSETS / "teacher.onnx")


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(ValueError, match="There is no model file"):
        Streamed(tmp_path / "none.onnx")
    with pytest.raises(ValueError, match="can't be streamed, since it"):
        Streamed(written(tmp_path / "sound.onnx", students.speech(batch=1)[0], form="WAV"))
