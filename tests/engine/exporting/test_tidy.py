"""A tidied graph is smaller and says the same."""

import numpy as np
import onnx
import onnxruntime
import torch

from engine.exporting import export
from engine.exporting.tidy import _letters, tidy
from engine.training import distil
from engine.types import StudentSpec
from tests.sounds import babble


def said(path):
    audio = babble(1.5, np.random.default_rng(0))[None]
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"audio": audio})[0]


def test_a_tidied_student_is_smaller_and_says_the_same(tmp_path):
    student = distil.build(StudentSpec("etude", size=8))
    with torch.no_grad():
        student.out.weight.mul_(100)
    export.to_onnx(student.eval(), tmp_path / "full.onnx")
    long, short = (onnx.load(tmp_path / "full.onnx") for _ in range(2))
    tidy(short.graph)
    onnx.save(short, tmp_path / "short.onnx")
    assert (tmp_path / "short.onnx").stat().st_size < (tmp_path / "full.onnx").stat().st_size - 8000
    assert np.array_equal(said(tmp_path / "full.onnx"), said(tmp_path / "short.onnx"))
    assert [value.name for value in (*short.graph.input, *short.graph.output)] == ["audio", "adv"]
    assert len(short.graph.node) < len(long.graph.node)
    before = short.SerializeToString()
    tidy(short.graph)
    assert short.SerializeToString() == before


def test_short_names_are_never_the_same():
    names = [_letters(number, {"b", "ca"}) for number in range(5000)]
    assert len({*names, "b", "ca"}) == len(names) + 2
