"""The teacher that comes with Etude: Whisper tiny.en's encoder with an A/D/V head, int8, no network needed."""

from functools import cache

from engine.networks import heads
from engine.onnx_model import ASSETS, OnnxModel, teacher_spec

PATH = ASSETS / "teacher.onnx"
DROPOUT = 0.2  # of `engine.networks.whisper.Head`
SPEC = teacher_spec("embedded", PATH)


@cache
def load(threads: int = 1) -> OnnxModel:
    """Open the embedded file; a quarter of a second."""
    return OnnxModel(PATH, threads)


@cache
def head() -> heads.Head:
    """What makes the answer of the embedding."""
    return heads.kept(PATH, DROPOUT)
