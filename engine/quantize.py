"""Smaller ONNX files: weights in 8 or 4 bits, arithmetic in float.

Weights alone are quantized, each unpacked by a DequantizeLinear; activations, the front-end and the softmax
pooling stay in float, since 8-bit pooling destroys the answer. 4 bits hold in large linears, not in small convs.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from engine.tidy import tidy

BLOCK = 32  # weights in a row that share one 4-bit scale
LARGE = 2048  # weights; below that, 4 bits save nothing worth having
FRONT_END = ("front",)  # names of frozen weights that stay as they are


def dynamic_int8(source: Path, target: Path) -> None:
    """Large linears in int8 with activations quantized on the fly, signed, one scale a column: for transformers."""
    quantize_dynamic(
        source, target, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip


def smallest(source: Path, target: Path) -> None:
    """`int8_int4`, and the graph tidied: the file that ships."""
    int8_int4(source, target)
    model = onnx.load(target)
    tidy(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, target)


def int8_int4(source: Path, target: Path) -> None:
    """Convolutions over a plane in int8, one scale a channel; large linears and convolutions over time in int4.

    An int4 scale serves BLOCK weights of one column, or of one channel and place of a kernel.
    """
    model = onnx.load(source)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in list(model.graph.node):
        name = node.input[1] if node.op_type in ("Conv", "MatMul", "Gemm") else ""
        if name not in weights or any(part in name for part in FRONT_END):
            continue
        values = numpy_helper.to_array(weights[name])
        if values.ndim == 4:
            replacement = _int8(name, values)
        elif values.size >= LARGE:
            replacement = _int4(name, values, axis=values.ndim - 2)
        else:
            continue
        model.graph.initializer.remove(weights.pop(name))
        model.graph.initializer.extend(replacement[0])
        model.graph.node.insert(0, replacement[1])
    onnx.checker.check_model(model)
    onnx.save(model, target)


def _int8(name: str, values: np.ndarray) -> tuple[list[onnx.TensorProto], onnx.NodeProto]:
    largest = np.abs(values).reshape(len(values), -1).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    steps = np.clip(np.rint(values / scale[:, None, None, None]), -127, 127).astype(np.int8)
    tensors = [numpy_helper.from_array(steps, f"{name}_int8"), numpy_helper.from_array(scale, f"{name}_scale")]
    node = helper.make_node("DequantizeLinear", [f"{name}_int8", f"{name}_scale"], [name], axis=0)
    return tensors, node


def _int4(name: str, values: np.ndarray, axis: int) -> tuple[list[onnx.TensorProto], onnx.NodeProto]:
    # the largest weight of a block, whatever its sign, is -8 steps: finer by an eighth than 7 steps a side
    scale = np.stack([_largest(block, axis) for block in _blocks(values, axis)], axis=axis) / -8
    scale = np.where(scale != 0, scale, 1).astype(np.float32)
    spread = np.take(scale, np.arange(values.shape[axis]) // BLOCK, axis=axis)
    steps = np.clip(np.rint(values / spread), -8, 7).astype(np.int8)
    # two steps a byte, the first in the low half
    flat = np.append(steps.reshape(-1), np.zeros(steps.size % 2, np.int8)).astype(np.uint8) & 0xF
    packed = (flat[0::2] | (flat[1::2] << 4)).tobytes()
    tensor = helper.make_tensor(f"{name}_int4", TensorProto.INT4, values.shape, packed, raw=True)
    tensors = [tensor, numpy_helper.from_array(scale, f"{name}_scale")]
    inputs = [f"{name}_int4", f"{name}_scale"]
    return tensors, helper.make_node("DequantizeLinear", inputs, [name], axis=axis, block_size=BLOCK)


def _largest(block: np.ndarray, axis: int) -> np.ndarray:
    place = np.abs(block).argmax(axis=axis, keepdims=True)
    return np.take_along_axis(block, place, axis=axis).squeeze(axis)


def _blocks(values: np.ndarray, axis: int) -> list[np.ndarray]:
    return np.split(values, range(BLOCK, values.shape[axis], BLOCK), axis=axis)
