"""A quantized file answers the same on processors with and without 8-bit dot products."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine import saturation
from engine.onnx_model import ASSETS, session

RNG = np.random.default_rng(0)
LOUD = RNG.integers(200, 256, (5, 70), dtype=np.uint8)
HEAVY = RNG.integers(90, 128, (70, 33), dtype=np.int8)


def written(folder, zero_points):
    """A file with one integer product of HEAVY."""
    inputs = ["a", "b", "", "zero"] if zero_points is not None else ["a", "b"]
    graph = helper.make_graph(
        [helper.make_node(saturation.NODE, inputs, ["y"])], "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [None, 70])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [None, 33])],
        [numpy_helper.from_array(HEAVY, "b")]
        + ([] if zero_points is None else [numpy_helper.from_array(zero_points, "zero")]),
    )  # fmt: skip
    path = folder / "product.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


@pytest.mark.parametrize("zero_points", [None, np.int8(-3), RNG.integers(-128, 128, 33, dtype=np.int8)], ids=range(3))
def test_unsigned_weights_give_the_exact_sums_on_any_processor(tmp_path, zero_points):
    model = saturation.unsigned(written(tmp_path, None if zero_points is None else np.asarray(zero_points)))
    (sums,) = session(model).run(None, {"a": LOUD})
    whole = HEAVY.astype(np.int64) - (0 if zero_points is None else np.int64(zero_points))
    assert np.array_equal(sums, LOUD.astype(np.int64) @ whole)


def test_this_processor_is_known_by_what_it_does(tmp_path):
    run = onnxruntime.InferenceSession(written(tmp_path, None).read_bytes(), providers=["CPUExecutionProvider"])
    (sums,) = run.run(None, {"a": LOUD})
    assert saturation.here() == bool((sums != LOUD.astype(np.int64) @ HEAVY.astype(np.int64)).any())


def test_a_file_without_integer_products_stays_as_it_is():
    assert saturation.unsigned(ASSETS / "etude.onnx") is None
