"""Weights in 4 and 8 bits: what onnxruntime unpacks is what numpy unpacks, and nothing else changes."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from engine import quantize


def run(path, audio, **settings):
    options = onnxruntime.SessionOptions()
    for name, value in settings.items():
        options.add_session_config_entry(f"session.{name}", value)
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).run(None, {"x": audio})


def network(path, operator, weights, name="weight", **attributes):
    """x -> operator(x, weights) in a file."""
    rank = weights.ndim
    node = helper.make_node(operator, ["x", name], ["y"], **attributes)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None] * rank)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * rank)],
        [numpy_helper.from_array(weights, name)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


def quantized(path):
    target = path.with_name("small.onnx")
    quantize.int8_int4(path, target)
    return target, {tensor.name: tensor for tensor in onnx.load(target).graph.initializer}


def unpacked(tensor):
    """4-bit steps as the ONNX standard packs them: two a byte, the first in the low half, two's complement."""
    both = np.frombuffer(tensor.raw_data, np.uint8)
    steps = np.stack([both & 0xF, both >> 4], axis=1).reshape(-1)[: np.prod(tensor.dims)].astype(np.int8)
    return np.where(steps > 7, steps - 16, steps).reshape(tensor.dims)


def near(ours, weights, scale, tensor):
    """Within half a step; a whole one where the steps end, at 7 on the side away from a block's largest weight."""
    room = np.where(unpacked(tensor) == 7, 1.0, 0.5) * np.abs(scale)
    return bool((np.abs(ours - weights) <= room + 1e-7).all())


@settings(max_examples=25)
@given(rows=st.integers(1, 200), columns=st.integers(1, 200), seed=st.integers(0, 99))
@pytest.mark.parametrize("operator", ["MatMul", "Gemm"])
def test_four_bits_unpack_to_steps_times_scales(tmp_path_factory, operator, rows, columns, seed):
    columns = max(columns, -(-4096 // rows))
    weights = np.random.default_rng(seed).normal(0, 0.1, (rows, columns)).astype(np.float32)
    path, kept = quantized(network(tmp_path_factory.mktemp("four") / "full.onnx", operator, weights))
    scale = numpy_helper.to_array(kept["weight_scale"]).repeat(quantize.BLOCK, axis=0)[:rows]
    ours = unpacked(kept["weight_int4"]) * scale
    (theirs,) = run(path, np.eye(rows, dtype=np.float32), disable_quant_qdq="1")
    assert theirs == pytest.approx(ours, abs=1e-7)
    assert near(ours, weights, scale, kept["weight_int4"])
    assert len(kept["weight_int4"].raw_data) == (rows * columns + 1) // 2


def test_eight_bits_unpack_to_steps_times_a_scale_for_each_channel(tmp_path):
    weights = np.random.default_rng(0).normal(0, 0.1, (13, 5, 3, 3)).astype(np.float32)
    weights[7] = 0
    path, kept = quantized(network(tmp_path / "full.onnx", "Conv", weights))
    scale = numpy_helper.to_array(kept["weight_scale"])[:, None, None, None]
    ours = numpy_helper.to_array(kept["weight_int8"]) * scale
    assert (np.abs(ours - weights) <= scale / 2 + 1e-7).all()
    patches = np.eye(45, dtype=np.float32).reshape(45, 5, 3, 3)
    assert pytest.approx(ours.reshape(13, 45), abs=1e-7) == run(path, patches)[0][:, :, 0, 0].T


@pytest.mark.parametrize("shape", [(48, 48, 3), (40, 70, 1)])
def test_a_convolution_over_time_unpacks_to_steps_times_scales(tmp_path, shape):
    weights = np.random.default_rng(0).normal(0, 0.1, shape).astype(np.float32)
    path, kept = quantized(network(tmp_path / "full.onnx", "Conv", weights))
    scale = numpy_helper.to_array(kept["weight_scale"]).repeat(quantize.BLOCK, axis=1)[:, : shape[1]]
    ours = unpacked(kept["weight_int4"]) * scale
    ones = np.eye(shape[1] * shape[2], dtype=np.float32).reshape(-1, shape[1], shape[2])
    (theirs,) = run(path, ones, disable_quant_qdq="1")
    assert theirs[:, :, 0].T.reshape(shape) == pytest.approx(ours, abs=1e-6)
    assert near(ours, weights, scale, kept["weight_int4"])


@pytest.mark.parametrize(
    ("operator", "shape", "name"),
    [
        ("MatMul", (45, 45), "weight"),  # too small to be worth it
        ("MatMul", (200, 200), "front.mel"),
        ("Conv", (13, 1, 3, 3), "front.dft"),
    ],
)
def test_small_linears_and_the_front_end_stay_as_they_are(tmp_path, operator, shape, name):
    weights = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    _, kept = quantized(network(tmp_path / "full.onnx", operator, weights, name))
    assert np.array_equal(numpy_helper.to_array(kept[name]), weights)
    assert len(kept) == 1


def test_unpacking_at_load_or_at_every_call_gives_the_same(tmp_path):
    weights = np.random.default_rng(0).normal(0, 0.1, (169, 169)).astype(np.float32)
    path, _ = quantized(network(tmp_path / "full.onnx", "MatMul", weights))
    x = np.random.default_rng(1).normal(size=(50, 169)).astype(np.float32)
    (once,) = run(path, x, disable_quant_qdq="1")
    (each_time,) = run(path, x, qdq_matmulnbits_accuracy_level="1")
    assert once == pytest.approx(each_time, abs=1e-5)
    (by_default,) = run(path, x)  # onnxruntime then rounds the activations of 4-bit linears to 8 bits as well
    assert np.sqrt(np.mean((by_default - once) ** 2)) < 0.02 * once.std()


def test_dynamic_int8_is_a_quarter_and_close(tmp_path):
    weights = np.random.default_rng(0).normal(0, 0.1, (384, 384)).astype(np.float32)
    full, small = network(tmp_path / "full.onnx", "MatMul", weights), tmp_path / "small.onnx"
    quantize.dynamic_int8(full, small)
    assert small.stat().st_size < 0.3 * full.stat().st_size
    x = np.random.default_rng(1).normal(size=(50, 384)).astype(np.float32)
    (exact,), (rounded,) = run(full, x), run(small, x)
    assert np.sqrt(np.mean((rounded - exact) ** 2)) < 0.02 * exact.std()
