"""A torch module as an ONNX file: one route for every teacher and student, and proof that both say the same."""

import math
import platform
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from engine.types import SAMPLE_RATE

OPSET = 21  # the first with 4-bit integers
LENGTHS_S = (0.5, 0.731, 1.9, 3.3337, 10.0)
TOLERANCE = 1e-4


def to_onnx(module: nn.Module, path: Path, outputs: tuple[str, ...] = ("adv",)) -> None:
    """Write `module`, waveform [B, T] -> `outputs`, with free batch and length, and check it.

    Raises:
        ValueError: onnxruntime's answers differ from torch's at some length.
    """
    module.eval()
    names = {"audio": {0: "batch", 1: "samples"}, **{name: {0: "batch"} for name in outputs}}
    with warnings.catch_warnings():
        # the newer exporter needs one more package and writes larger files; this one is checked below
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (torch.randn(2, SAMPLE_RATE),), str(path), input_names=["audio"], output_names=list(outputs),
            dynamic_axes=names, opset_version=20, dynamo=False,
        )  # fmt: skip
    model = onnx.load(path)
    del model.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        node.ClearField("metadata_props")
    del model.opset_import[:]
    model.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    onnx.save(model, path)
    difference = largest_difference(module, path)
    if difference > TOLERANCE:
        raise ValueError(f"The exported file differs from the torch module by {difference:.2g}.")


@torch.inference_mode()
def largest_difference(module: nn.Module, path: Path, seed: int = 0) -> float:
    """Largest absolute difference between torch and onnxruntime over several lengths and batch sizes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(seed)
    largest = 0.0
    for batch, seconds in enumerate(LENGTHS_S, start=1):
        audio = (0.1 * rng.standard_normal((batch, int(seconds * SAMPLE_RATE)))).astype(np.float32)
        expected = module(torch.from_numpy(audio))
        expected = expected if isinstance(expected, tuple) else (expected,)
        for ours, theirs in zip(expected, session.run(None, {"audio": audio}), strict=True):
            largest = max(largest, float(np.abs(ours.numpy() - theirs).max()))
    return largest


def parameters(path: Path) -> int:
    """Numbers in an ONNX file's weights, what is shared counted once; the front-end's constants are not weights."""
    return sum(math.prod(tensor.dims) for tensor in onnx.load(path).graph.initializer)


def versions() -> dict[str, str]:
    """What made a file: Python and the packages that could change its numbers."""
    packages = ("torch", "onnx", "onnxruntime", "numpy", "soxr", "librosa")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in packages}}
