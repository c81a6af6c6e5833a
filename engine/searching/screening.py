"""What a shape costs, measured on the file that a user would get; its weights need no training for that.

Bytes are those of the exported and quantized file. Time is the processor's, one thread, for five seconds of audio; all
shapes of a round take turns with `wav2small`, so the share of its time travels from one machine to another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from engine.exporting import export, scheme
from engine.exporting.scheme import Given
from engine.onnx_model import OnnxModel
from engine.scoring import timing
from engine.searching.candidates import Candidate
from engine.training import distil
from engine.types import SAMPLE_RATE, Floats, StudentSpec

HEARD_S = 5.0
ROUNDS = 50  # in which all take turns
REFERENCE = StudentSpec("wav2small", size=13)  # the published 72K network, in floats


@dataclass(frozen=True)
class Size:
    """What is known of a shape before it is timed."""

    spec: StudentSpec
    parameters: int
    bytes: int


def size(spec: StudentSpec, file: Path) -> Size:
    """Export a shape with untrained weights, quantized, to `file`."""
    network, full = distil.build(spec), file.with_suffix(".fp32.onnx")
    export.to_onnx(network, full)
    scheme.write("int8_int4", full, file, Given())
    return Size(spec, sum(weight.numel() for weight in network.parameters()), file.stat().st_size)


def timed(sizes: Sequence[Size], files: Sequence[Path], reference: Path) -> list[Candidate]:
    """Time the files of these shapes, and of REFERENCE, which is written to `reference`, all in turns."""
    export.to_onnx(distil.build(REFERENCE), reference)
    models = {str(place): OnnxModel(file) for place, file in enumerate([reference, *files])}
    heard = _sound()[None]
    tasks = {name: partial(model.predict, heard) for name, model in models.items()}
    theirs, *ours = timing.calls_ms(tasks, ROUNDS, warm=True).values()
    return [
        Candidate(each.spec, each.parameters, each.bytes, round(ms, 4), round(ms / theirs, 5))
        for each, ms in zip(sizes, ours, strict=True)
    ]


def _sound() -> Floats:
    noise = np.random.default_rng(0).standard_normal(int(HEARD_S * SAMPLE_RATE))
    return (0.1 * noise).astype(np.float32)
