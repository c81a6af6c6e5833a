"""Timm and transformers import beside a torchvision whose compiled part may not load; each in a process of its own."""

import subprocess
import sys

import pytest

PREPARE = "from engine.networks import vision; vision.prepare(); vision.prepare()"


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "code",
    [
        f"{PREPARE}; import torchvision, timm; print(timm.is_model('mobilenetv2_050'))",
        "from engine.networks import whisper; print(whisper.encoder(None).config.d_model == whisper.WIDTH)",
    ],
    ids=["timm", "whisper"],
)
def test_it_imports_without_a_warning(code: str) -> None:
    assert python(code) == "True\n"


def test_operators_that_are_there_are_left_alone() -> None:
    schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    theirs = f"import torch; torch.library.define('torchvision::nms', '{schema}'); ours = torch.ops.torchvision.nms"
    left = "print(torch.ops.torchvision.nms is ours, hasattr(torch.ops.torchvision, 'qnms'))"
    assert python(f"{theirs}; {PREPARE}; {left}") == "True False\n"


def test_without_torchvision_it_does_nothing() -> None:
    missing = "import sys, torch; sys.modules['torchvision'] = None"
    code = f"{missing}; {PREPARE}; print(hasattr(torch.ops.torchvision, 'nms'))"
    assert python(code) == "False\n"
