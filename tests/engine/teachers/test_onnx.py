"""A teacher of one's own: an ONNX file with a contract, wherever the folder of teachers is."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from engine import plugins
from engine.exporting import export
from engine.labelling import listen
from engine.teachers import onnx
from engine.types import AXES

STATED = {"licence": "Apache-2.0", "axes": ["valence", "arousal", "dominance"]}


class Means(nn.Module):
    """Mean, mean square, and a third; the mean square as an embedding."""

    def forward(self, audio):
        mean, power = audio.mean(dim=1, keepdim=True), audio.square().mean(dim=1, keepdim=True)
        return torch.cat([mean, power, mean - power], dim=1), power


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "own.onnx"
    export.to_onnx(Means(), path, ("adv", "embedding"))
    return path.read_bytes()


@pytest.fixture
def own(root, exported):
    (root / "own.onnx").write_bytes(exported)
    (root / "own.json").write_text(json.dumps(STATED))
    return root / "own.json"


def test_it_is_found_by_its_name_and_answers_in_our_order(own):
    assert onnx.names() == ["onnx:own"]
    teacher = plugins.load("teachers", "onnx:own")
    assert (teacher.SPEC.name, teacher.SPEC.licence, teacher.SPEC.commercial) == ("onnx:own", "Apache-2.0", False)
    model = teacher.load(threads=1)
    adv, embedding = model.predict(np.full((2, 800), 0.5, np.float32))
    assert model.name == "onnx:own"
    assert dict(zip(AXES, adv[0], strict=True)) == pytest.approx({"valence": 0.5, "arousal": 0.25, "dominance": 0.25})
    assert embedding == pytest.approx(np.full((2, 1), 0.25))


def test_clips_are_normalised_where_the_contract_says_so(own, voice):
    own.write_text(json.dumps({**STATED, "normalisation": "clip", "commercial": True, "window_s": 1.5, "title": "Own"}))
    teacher = plugins.load("teachers", "onnx:own")
    assert (teacher.SPEC.title, teacher.SPEC.window_s, teacher.SPEC.commercial) == ("Own", 1.5, True)
    _, embedding = teacher.load().predict(0.1 * voice[None])
    assert embedding == pytest.approx(np.ones((1, 1)), abs=0.01)
    assert listen.answer(teacher.load(), voice).trace.window_s == 1.5


def test_another_file_is_another_fingerprint(own):
    before = plugins.load("teachers", "onnx:own").SPEC.fingerprint
    path = own.with_suffix(".onnx")
    path.write_bytes(path.read_bytes() + b"\x72\x00")  # an empty field more
    assert plugins.load("teachers", "onnx:own").SPEC.fingerprint != before


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (None, "has no contract"),
        ({"axes": list(AXES)}, "does not state licence"),
        ({"licence": "MIT"}, "does not state axes"),
        ({**STATED, "axes": ["joy", "anger", "fear"]}, "must name the axes"),
        ({**STATED, "normalisation": "loud"}, "say none or clip"),
    ],
)
def test_a_contract_that_is_missing_or_wrong(own, stated, words):
    own.unlink() if stated is None else own.write_text(json.dumps(stated))
    with pytest.raises(ValueError, match=words):
        plugins.load("teachers", "onnx:own")


def test_a_file_that_is_not_there_or_is_none(own, monkeypatch):
    with pytest.raises(ValueError, match=r"lost\.onnx"):
        plugins.load("teachers", "onnx:lost")
    own.with_suffix(".onnx").write_bytes(b"no model")
    with pytest.raises(ValueError, match="onnxruntime"):
        plugins.load("teachers", "onnx:own").load()
    monkeypatch.delenv("ETUDE_TEACHERS")
    assert onnx.names() == []
    with pytest.raises(ValueError, match="ETUDE_TEACHERS"):
        plugins.load("teachers", "onnx:own")
