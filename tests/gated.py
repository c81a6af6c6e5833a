"""A student, untrained, as a file, and what a gate holds it to: made-up clips with its own answers as the teacher's."""

from dataclasses import replace

import pytest
import torch

from engine.exporting import export
from engine.exporting.gate import Held
from engine.training import distil
from engine.training.crops import Crops
from engine.types import StudentSpec
from tests import students, taught

SPEC = StudentSpec("etude", size=4)


def made(home):
    """`fp32.onnx` in a folder, and what it is held to."""
    torch.manual_seed(0)
    student = students.built(SPEC)
    clips = Crops.open(taught.folder(home, train=4, dev=40, test=4), "dev")
    with torch.no_grad():  # untrained answers are all alike; these lie as far apart as a trained student's
        distil.calibrate(student, distil.answers(student, clips), clips.adv)
    full = distil.answers(student, clips)
    return exported(student, home / "fp32.onnx"), Held(replace(clips, adv=full), "made-up clips", full)


def exported(module, path):
    """Any module as a file; compared at few lengths, since that takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "LENGTHS_S", students.LENGTHS_S)
        export.to_onnx(module, path)
    return path
