"""The student as it was trained, its graph tidied."""

from pathlib import Path

import onnx

from engine.exporting.scheme import Given
from engine.exporting.tidy import tidy

TITLE = "fp32: nothing is rounded"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    model = onnx.load(source)
    tidy(model.graph)
    onnx.save(model, target)
