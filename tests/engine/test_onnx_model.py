import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from torch import nn

from engine.exporting import export
from engine.onnx_model import DEFAULTS, OnnxModel, contract
from engine.types import AXES


class Means(nn.Module):
    """Mean, its double and its triple; and the mean square as an embedding."""

    def forward(self, audio):
        mean = audio.mean(dim=1, keepdim=True)
        return torch.cat([mean, 2 * mean, 3 * mean], dim=1), audio.square().mean(dim=1, keepdim=True)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("means") / "means.onnx"
    export.to_onnx(Means(), path, ("adv", "embedding"))
    return path


@pytest.fixture
def path(exported, tmp_path):
    (tmp_path / "means.onnx").write_bytes(exported.read_bytes())
    return tmp_path / "means.onnx"


def write(path, inputs=([None, None],), outputs=([None, 3],), kind=TensorProto.FLOAT):
    """A file whose outputs are its first input, whatever shapes it states."""
    names = [f"in{i}" for i in range(len(inputs))]
    results = [f"out{i}" for i in range(len(outputs))]
    graph = helper.make_graph(
        [helper.make_node("Identity", [names[0]], [result]) for result in results],
        "identity",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in zip(names, inputs, strict=True)],
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in zip(results, outputs, strict=True)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


def test_without_a_contract_it_is_a_student_that_hears_16_khz_and_answers_in_our_order(path):
    model = OnnxModel(path)
    assert model.contract == {**DEFAULTS, "name": "means", "bytes": path.stat().st_size}
    assert (model.name, model.window_s, model.hop_s) == ("means", 2.0, 0.25)
    adv, embedding = model.predict(np.full((2, 800), 0.5, np.float32))
    assert adv == pytest.approx(np.tile([0.5, 1.0, 1.5], (2, 1)))
    assert embedding == pytest.approx(np.full((2, 1), 0.25))


def test_a_contract_is_kept(path):
    stated = {"name": "nell", "window_s": 1.5, "hop_s": 0.5, "axes": ["valence", "arousal", "dominance"], "x": [1]}
    path.with_suffix(".json").write_text(json.dumps(stated))
    model = OnnxModel(path)
    assert (model.name, model.window_s, model.hop_s, model.contract["x"]) == ("nell", 1.5, 0.5, [1])
    adv, _ = model.predict(np.ones((1, 800), np.float32))
    assert dict(zip(AXES, adv[0], strict=True)) == pytest.approx({"valence": 1.0, "arousal": 2.0, "dominance": 3.0})


def test_unknown_axes_are_refused(path):
    path.with_suffix(".json").write_text(json.dumps({"axes": ["joy", "anger", "fear"]}))
    with pytest.raises(ValueError, match="joy"):
        OnnxModel(path).predict(np.ones((1, 800), np.float32))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"no model file .*lost\.onnx"):
        contract(tmp_path / "lost.onnx")


@pytest.mark.parametrize("content", [b"", b"no model", bytes(range(256)) * 40])
def test_a_file_that_is_no_model(tmp_path, content):
    path = tmp_path / "random.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^random\.onnx is not a model that onnxruntime can run\.$"):
        OnnxModel(path)


def test_a_file_that_is_cut_off(path):
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match="not a model"):
        OnnxModel(path)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ([[None, None]], [[None, 4]]),
        ([[None, 80, None]], [[None, 80, 3]]),
        ([[None, None], [None, None]], [[None, 3]]),
        ([[None, None]], [[None, None, 3]]),
    ],
    ids=["four numbers", "not a waveform", "two inputs", "a value a frame"],
)
def test_a_model_of_another_kind(tmp_path, inputs, outputs):
    with pytest.raises(ValueError, match=r"^other\.onnx does not take audio"):
        OnnxModel(write(tmp_path / "other.onnx", inputs, outputs))


def test_another_rate(path):
    path.with_suffix(".json").write_text(json.dumps({"sample_rate": 8000}))
    with pytest.raises(ValueError, match="hears 8000 Hz"):
        OnnxModel(path)


@pytest.mark.parametrize("text", ["{", "", "name: nell"])
def test_a_contract_that_is_not_json(path, text):
    path.with_suffix(".json").write_text(text)
    with pytest.raises(ValueError, match="is not valid JSON"):
        OnnxModel(path)


@pytest.mark.parametrize("text", ["[]", '"nell"', "3"])
def test_a_contract_that_is_not_an_object(path, text):
    path.with_suffix(".json").write_text(text)
    with pytest.raises(ValueError, match="is not a JSON object"):
        OnnxModel(path)


def test_onnxruntime_is_told_how_many_threads(path):
    options = OnnxModel(path, threads=1)._session.get_session_options()
    assert isinstance(options, onnxruntime.SessionOptions)
    assert options.intra_op_num_threads == 1
