import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.exporting import runtimes
from engine.onnx_model import ASSETS


def file(opset, ir_version, *tensors):
    node = helper.make_node("Relu", ["x"], ["y"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([node], "one", ends[:1], ends[1:], list(tensors))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)


@pytest.mark.parametrize(
    ("opset", "ir_version", "release"),
    [(13, 8, "1.14"), (18, 8, "1.14"), (20, 9, "1.17"), (21, 9, "1.18"), (20, 10, "1.18"), (22, 10, "1.21"),
     (24, 9, "1.24"), (99, 9, "1.32"), (21, 99, "1.32")],
)  # fmt: skip
def test_the_oldest_release_is_that_of_the_newest_thing_in_a_file(opset, ir_version, release):
    assert runtimes.needs(file(opset, ir_version)) == runtimes.Needs(opset, ir_version, release)


def test_four_bits_ask_for_a_newer_one_than_their_opset():
    steps = helper.make_tensor("steps", TensorProto.INT4, [2], b"\x11", raw=True)
    assert runtimes.needs(file(21, 9, steps)).onnxruntime == "1.19"
    assert runtimes.needs(file(21, 9, numpy_helper.from_array(np.zeros(2, np.int8)))).onnxruntime == "1.18"


def test_what_ships_runs_where_this_runs():
    import onnxruntime

    here = tuple(map(int, onnxruntime.__version__.split(".")[:2]))
    for path in ASSETS.glob("*.onnx"):
        assert tuple(map(int, runtimes.needs(onnx.load(path)).onnxruntime.split("."))) <= here
