"""Large linears in 8 bits."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from engine.exporting import quantize


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


def test_dynamic_int8_is_a_quarter_and_close(tmp_path):
    weights = np.random.default_rng(0).normal(0, 0.1, (384, 384)).astype(np.float32)
    full, small = network(tmp_path / "full.onnx", "MatMul", weights), tmp_path / "small.onnx"
    quantize.dynamic_int8(full, small)
    assert small.stat().st_size < 0.3 * full.stat().st_size
    x = np.random.default_rng(1).normal(size=(50, 384)).astype(np.float32)
    (exact,), (rounded,) = run(full, x), run(small, x)
    assert np.sqrt(np.mean((rounded - exact) ** 2)) < 0.02 * exact.std()
