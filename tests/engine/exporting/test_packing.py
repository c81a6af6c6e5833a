"""A packed file: onnxruntime, with default options, unpacks it at load, to what the grids say."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from engine.exporting import grids, packing
from engine.exporting.grids import INT3, INT4, INT4_ROWS, INT5, INT8, SPARSE4
from engine.types import StudentSpec
from tests.students import built, speech, written

GRIDS = (INT8, INT5, INT4, INT4_ROWS, INT3, SPARSE4)


def network(path, operator, weights, **attributes):
    """x -> operator(x, weights) in a file."""
    node = helper.make_node(operator, ["x", "weight"], ["y"], name=f"/body/body.0/{operator}", **attributes)
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * weights.ndim) for name in "xy"]
    graph = helper.make_graph([node], "one", values[:1], values[1:], [numpy_helper.from_array(weights, "weight")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


def run(path, audio, name="x"):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {name: audio})[0]


@settings(max_examples=30)
@given(rows=st.integers(1, 40), columns=st.integers(1, 100), seed=st.integers(0, 99), grid=st.sampled_from(GRIDS))
@pytest.mark.parametrize(("operator", "attributes"), [("MatMul", {}), ("Gemm", {}), ("Gemm", {"transB": 1})])
def test_a_linear_unpacks_to_its_grid(tmp_path_factory, operator, attributes, rows, columns, seed, grid):
    weights = np.random.default_rng(seed).normal(0, 0.1, (rows, columns)).astype(np.float32)
    folder = tmp_path_factory.mktemp("packed")
    full = network(folder / "full.onnx", operator, weights if attributes else weights.T.copy(), **attributes)
    packing.pack(full, folder / "small.onnx", {"body.0": grid})
    ours = grids.rounded(torch.from_numpy(weights), grid).numpy()
    assert pytest.approx(ours, abs=1e-6) == run(folder / "small.onnx", np.eye(columns, dtype=np.float32)).T


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("shape", [(13, 5, 3, 3), (16, 1, 3, 3), (48, 40, 3), (7, 70, 1)])
def test_a_convolution_unpacks_to_its_grid(tmp_path, shape, grid):
    weights = np.random.default_rng(0).normal(0, 0.1, shape).astype(np.float32)
    packing.pack(network(tmp_path / "full.onnx", "Conv", weights), tmp_path / "small.onnx", {"body.0": grid})
    ours = grids.rounded(torch.from_numpy(weights).flatten(1), grid).numpy()
    patches = np.eye(ours.shape[1], dtype=np.float32).reshape(-1, *shape[1:])
    assert pytest.approx(ours, abs=1e-6) == run(tmp_path / "small.onnx", patches).reshape(-1, len(weights)).T


@pytest.mark.parametrize("grid", GRIDS)
def test_onnxruntime_unpacks_at_load_and_not_at_each_call(tmp_path, grid):
    weights = np.random.default_rng(0).normal(0, 0.1, (65, 70)).astype(np.float32)
    packing.pack(network(tmp_path / "full.onnx", "MatMul", weights), tmp_path / "small.onnx", {"body.0": grid})
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath, options.log_severity_level = str(tmp_path / "loaded.onnx"), 3
    onnxruntime.InferenceSession(str(tmp_path / "small.onnx"), options, providers=["CPUExecutionProvider"])
    assert [node.op_type for node in onnx.load(tmp_path / "loaded.onnx").graph.node] == ["MatMul"]


def test_layers_are_named_as_in_the_torch_module(tmp_path):
    student = built(StudentSpec("etude", size=8))
    full, _ = written(student, tmp_path)
    found = packing.layers(onnx.load(full))
    assert [layer.name for layer in found][-4:] == ["context.0.mix", "context.1.mix", "attention", "out"]
    for layer in found:
        assert student.get_submodule(layer.name).weight.flatten(1).shape == layer.matrix.shape
    linear = found[-2]
    assert np.array_equal(linear.matrix, student.attention.weight.detach().numpy())


def test_a_student_whose_numbers_are_halved_says_nearly_the_same(tmp_path):
    full, _ = written(built(StudentSpec("etude", size=8)), tmp_path)
    packing.pack(full, tmp_path / "half.onnx", {})
    kept = onnx.load(tmp_path / "half.onnx").graph.initializer
    assert not [tensor.name for tensor in kept if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) > 3]
    one, other = (run(path, speech(), "audio") for path in (full, tmp_path / "half.onnx"))
    assert other == pytest.approx(one, abs=2e-3)
    assert not np.array_equal(one, other)


def test_what_cannot_be_packed_is_refused_in_words(tmp_path):
    path = network(tmp_path / "full.onnx", "MatMul", np.ones((4, 4), np.float32))
    with pytest.raises(ValueError, match=r"There is no layer body\.7; there are: body\.0"):
        packing.pack(path, tmp_path / "small.onnx", {"body.7": INT8})
    model = onnx.load(path)
    model.graph.node[0].op_type = "Add"
    onnx.save(model, path)
    with pytest.raises(ValueError, match=r"full\.onnx has no trained layers"):
        packing.pack(path, tmp_path / "small.onnx", {})
    assert not (tmp_path / "small.onnx").exists()
