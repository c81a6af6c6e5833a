"""The embedded teacher trained on free sources alone, so that what is distilled from it may be sold; see its card."""

from functools import cache

from engine.networks import heads
from engine.onnx_model import ASSETS, OnnxModel, teacher_spec

PATH = ASSETS / "teacher_open.onnx"
DROPOUT = 0.2  # of `engine.networks.whisper.Head`
SPEC = teacher_spec("embedded_open", PATH, commercial=True)


@cache
def load(threads: int = 1) -> OnnxModel:
    """Open the embedded file; a quarter of a second."""
    return OnnxModel(PATH, threads)


@cache
def head() -> heads.Head:
    """What makes the answer of the embedding."""
    return heads.kept(PATH, DROPOUT)
