"""onnxruntime from 1.29 on sends usage events unless it is told not to before it is imported."""

import os
import subprocess
import sys

import pytest

USE = """
import onnxruntime
session = onnxruntime.InferenceSession("assets/wav2small.onnx", providers=["CPUExecutionProvider"])
"""


def files_left(tmp_path, code, root):
    environment = {name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "CI")}
    environment |= {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=root)
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "module", ["engine.onnx_model", "engine.sound.speech", "engine.exporting.export", "app.predict"]
)
def test_nothing_is_kept_to_be_sent(tmp_path, module, pytestconfig):
    assert files_left(tmp_path, f"import {module}{USE}", pytestconfig.rootpath) == []
