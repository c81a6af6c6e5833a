"""The gate lets a student's own file pass, and says of a damaged one what is wrong with it."""

import json
import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from torch import nn

from engine.exporting import export, gate
from engine.exporting.gate import Bars
from tests import gated


class ByLoudness(nn.Module):
    """Waveform to its level, thrice: no number for silence."""

    def forward(self, audio):
        return (audio / audio.abs().amax(dim=1, keepdim=True)).square().mean(dim=1, keepdim=True).repeat(1, 3)


class ByNeighbour(nn.Module):
    """Its answer to a clip depends on what else is in the batch."""

    def forward(self, audio):
        return audio.abs().mean(dim=1, keepdim=True).repeat(1, 3) - audio.abs().mean()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return gated.made(tmp_path_factory.mktemp("gate"))


def louder(source, target, axis, factor):
    """The file with one axis's answers spread wider."""
    model = onnx.load(source)
    (tensor,) = [each for each in model.graph.initializer if each.name == "out.weight"]
    weights = numpy_helper.to_array(tensor).copy()
    weights[axis] *= factor
    tensor.CopyFrom(numpy_helper.from_array(weights, tensor.name))
    onnx.save(model, target)
    return target


def test_a_student_passes_with_all_figures(made):
    file, held = made
    report = gate.check(file, held, file)
    assert report.passed, report.reasons
    assert (report.n, report.measured_on) == (40, "made-up clips")
    assert report.ccc_to_fp32 == pytest.approx([1, 1, 1], abs=1e-4)
    assert report.drop == pytest.approx([0, 0, 0], abs=1e-4)
    assert max(report.largest_difference) < 1e-3
    assert report.bytes == file.stat().st_size
    assert (report.opset, report.onnxruntime) == (export.OPSET, "1.18")
    assert report.ms > 0
    assert report.of_fp32 > 0
    assert {"silence", "60 s of noise", "a click of one sample"} <= report.odd.keys()
    assert json.loads(json.dumps(report.plain(), allow_nan=False))["passed"] is True


@pytest.mark.skipif(not gate.probe.STATUS.is_file(), reason="the system does not tell")
def test_memory_is_the_files_own_and_grows_with_the_sound(made):
    ballast = np.ones(2**26)  # half a gigabyte here, which a child's own count would begin with
    report = gate.check(*made)
    assert ballast.sum()
    assert 0 < report.memory_5s_bytes < report.memory_60s_bytes < 2**28


def test_a_changed_axis_is_named_with_what_it_lost(made, tmp_path):
    file, held = made
    report = gate.check(louder(file, tmp_path / "wide.onnx", axis=2, factor=1.5), held)
    assert not report.passed
    agreement = report.ccc_to_fp32[2]
    assert agreement < 0.997
    assert report.reasons == (f"Valence agrees {agreement:.4f} with the fp32 student; 0.997 is asked.",)
    assert report.ccc_to_fp32[:2] == pytest.approx([1, 1], abs=1e-4)


def test_a_drop_is_asked_only_of_enough_clips(made, tmp_path):
    file, held = made
    wide = louder(file, tmp_path / "wide.onnx", axis=0, factor=1.3)
    few, many = (gate.check(wide, held, bars=Bars(least_ccc=0, few=few)) for few in (41, 40))
    assert few.passed
    assert many.reasons == (f"Arousal loses {many.drop[0]:.4f} of its CCC to the teacher; 0.003 is allowed.",)
    assert gate.check(wide, held, bars=Bars(noticed=10)).passed


def test_without_a_student_to_compare_with_only_the_teacher_is(made):
    file, held = made
    report = gate.check(file, replace(held, full=None))
    assert report.passed
    assert (report.ccc_to_fp32, report.drop, report.of_fp32) == (None, None, None)
    assert report.ccc_to_teacher == pytest.approx([1, 1, 1], abs=1e-4)


def test_axes_are_told_apart_by_name(made, tmp_path):
    file, held = made
    shutil.copy(file, tmp_path / "turned.onnx")
    (tmp_path / "turned.json").write_text(json.dumps({"axes": ["valence", "dominance", "arousal"]}))
    report = gate.check(tmp_path / "turned.onnx", held)
    assert [reason.split()[0] for reason in report.reasons if "agrees" in reason] == ["Arousal", "Valence"]


def test_no_number_for_silence_is_no_answer(made, tmp_path):
    report = gate.check(gated.exported(ByLoudness(), tmp_path / "level.onnx"), replace(made[1], full=None))
    assert report.reasons == ("Its answer to silence is no number.",)
    assert report.odd["silence"] == [None, None, None]


def test_a_batch_is_answered_as_its_clips_are(made, tmp_path):
    report = gate.check(gated.exported(ByNeighbour(), tmp_path / "batch.onnx"), replace(made[1], full=None))
    (reason,) = report.reasons
    assert reason.startswith("In a batch it answers otherwise than alone, by 0.0")


def test_a_file_of_one_length_is_told_so_and_not_timed(made, tmp_path):
    ends = [helper.make_tensor_value_info(*end) for end in (("audio", 1, ["batch", 8000]), ("adv", 1, ["batch", 3]))]
    weights = numpy_helper.from_array(np.full((8000, 3), 1e-4, np.float32), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["audio", "weights"], ["adv"])], "one", *[[e] for e in ends], [weights]
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=9), tmp_path / "one.onnx"
    )
    report = gate.check(tmp_path / "one.onnx", replace(made[1], full=None))
    (reason,) = report.reasons
    assert reason.startswith("It can't answer 5 s of noise, 60 s of noise, silence")
    assert "0.5 s of noise," not in reason
    assert (report.ms, report.batch_difference) == (None, None)
    json.dumps(report.plain(), allow_nan=False)


def test_a_file_that_kills_its_process_is_told_so(made, tmp_path, monkeypatch):
    file, held = made
    monkeypatch.setattr(gate.sys, "executable", "/bin/false")
    (reason,) = gate.check(file, held).reasons
    assert reason == "A plain onnxruntime can't run it: the process that ran it ended with code 1."


def test_some_are_spread_evenly(made):
    clips = made[1].clips
    five = gate.some(clips, 5)
    assert len(five) == 5
    assert five.start.tolist() == clips.start[[0, 9, 19, 29, 39]].tolist()
    assert len(gate.some(clips)) == len(clips)
