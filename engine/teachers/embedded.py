"""The teacher that comes with Etude: Whisper tiny.en's encoder with an A/D/V head, int8, no network needed."""

from functools import cache

import numpy as np
import onnx
from onnx import numpy_helper

from engine.heads import Head
from engine.onnx_model import ASSETS, OnnxModel, contract
from engine.types import TeacherSpec

PATH = ASSETS / "teacher.onnx"
BRANCHES = ("trunk", "kept.1")  # as `engine.whisper.Ensemble` names them, in the order of their embeddings
DROPOUT = 0.2  # of `engine.whisper.Head`
_CONTRACT = contract(PATH)

SPEC = TeacherSpec(
    name="embedded",
    title=_CONTRACT["title"],
    source=_CONTRACT["source"],
    revision=_CONTRACT["sha256"],
    licence=_CONTRACT["licence"],
    window_s=_CONTRACT["window_s"],
    hop_s=_CONTRACT["hop_s"],
    precision=_CONTRACT["precision"],
)


@cache
def load(threads: int = 1) -> OnnxModel:
    """Open the embedded file; a quarter of a second."""
    return OnnxModel(PATH, threads)


@cache
def head() -> Head:
    """What makes the answer of the embedding: each branch's last layer, whose answers are averaged."""
    known = {each.name: numpy_helper.to_array(each) for each in onnx.load(PATH).graph.initializer}
    weights, biases = [], []
    for branch in BRANCHES:
        packed = f"{branch}.head.adv.weight_Transposed"
        whole = known[f"{packed}_quantized"].astype(np.float32) - known[f"{packed}_zero_point"]
        weights.append(whole * known[f"{packed}_scale"])
        biases.append(known[f"{branch}.head.adv.bias"] + 0.5 + known[f"{branch}.head.corpus_bias"].mean(axis=0))
    weight, bias = np.concatenate(weights) / len(BRANCHES), np.mean(biases, axis=0)
    return Head(np.asarray(weight, np.float32), np.asarray(bias, np.float32), DROPOUT)
