"""The embedded teacher trained on free sources alone, so that what is distilled from it may be sold; see its card."""

from functools import cache

from engine import heads
from engine.onnx_model import ASSETS, OnnxModel, contract
from engine.types import TeacherSpec

PATH = ASSETS / "teacher_open.onnx"
DROPOUT = 0.2  # of `engine.whisper.Head`
_CONTRACT = contract(PATH)

SPEC = TeacherSpec(
    name="embedded_open",
    title=_CONTRACT["title"],
    source=_CONTRACT["source"],
    revision=_CONTRACT["sha256"],
    licence=_CONTRACT["licence"],
    window_s=_CONTRACT["window_s"],
    hop_s=_CONTRACT["hop_s"],
    precision=_CONTRACT["precision"],
    commercial=True,
)


@cache
def load(threads: int = 1) -> OnnxModel:
    """Open the embedded file; a quarter of a second."""
    return OnnxModel(PATH, threads)


@cache
def head() -> heads.Head:
    """What makes the answer of the embedding."""
    return heads.kept(PATH, DROPOUT)
