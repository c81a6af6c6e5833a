"""Convolutions whose activations are in 8 bits too, on scales found beforehand (static QDQ, onnxruntime's own tool).

Their weights have 7 bits: sums of 8 by 8 are cut off on processors without 8-bit dot products (see `saturation`), and
nobody knows where a file will run. Front-end, linears and the pooling stay in float: a softmax over time in 8 bits
destroys the answer.
"""

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from engine.exporting import packing
from engine.exporting.grids import INT8
from engine.types import Floats

KINDS = ("Conv", "MaxPool")


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, sounds: Iterable[Floats]) -> None:
        self._sounds: Iterator[Floats] = iter(sounds)

    def get_next(self) -> dict[str, Floats] | None:
        sound = next(self._sounds, None)
        return None if sound is None else {"audio": sound[None]}


def write(source: Path, target: Path, sounds: Iterable[Floats]) -> None:
    """Quantize an exported student by what `sounds`, each [T] at 16 kHz, do in it; its linears' weights in int8."""
    model = onnx.load(source)
    kept = [node.name for node in model.graph.node if packing.path(node.name).split(".")[0] == packing.FRONT_END]
    with TemporaryDirectory() as folder:
        half = Path(folder) / source.name
        logging.disable(logging.WARNING)  # the tool advises to run another one first, which finds nothing to do here
        try:
            quantize_static(
                source, half, _Reader(sounds), QuantFormat.QDQ, op_types_to_quantize=list(KINDS), per_channel=True,
                nodes_to_exclude=kept, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
                reduce_range=True,
            )  # fmt: skip
        finally:
            logging.disable(logging.NOTSET)
        model = onnx.load(half)
        del model.metadata_props[:]
        onnx.save(model, half)
        packing.pack(half, target, {layer.name: INT8 for layer in packing.layers(model)})
