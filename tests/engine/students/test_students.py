"""Every student network in the folder keeps its promises, untrained; a file that is dropped in is tested as well."""

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from engine import plugins
from engine.exporting import export, packing
from engine.labelling import listen
from engine.networks.frontend import LogMel
from engine.networks.network import Network
from engine.teachers import loudness
from engine.types import StudentSpec
from tests import students

NAMES = [name for name in plugins.names("students") if name != "timm"]  # which is asked for a backbone


@pytest.fixture(scope="module", params=NAMES)
def spec(request):
    return StudentSpec(request.param)


@pytest.fixture(scope="module")
def student(spec):
    return students.built(spec)


@pytest.fixture(scope="module")
def files(student, tmp_path_factory):
    return students.written(student, tmp_path_factory.mktemp("student"))


def test_it_is_a_network_whose_last_layer_can_be_calibrated(student):
    assert isinstance(student, Network)
    assert isinstance(student.out, nn.Linear)
    assert student.out.out_features == 3


@torch.inference_mode()
def test_any_length_and_batch(student):
    students.answers_any_length_and_batch(student)


@torch.inference_mode()
def test_its_steps_are_its_forward(student):
    audio = torch.from_numpy(students.speech())
    log_mel = student.log_mel(audio)
    tokens = student.tokens(log_mel)
    pooled = student.pooled(tokens)
    assert len(log_mel) == len(tokens) == len(pooled) == 4
    assert (tokens.ndim, pooled.ndim, pooled.shape[1]) == (3, 2, student.out.in_features)
    assert torch.equal(student.out(pooled), student(audio))


@torch.inference_mode()
def test_it_says_how_many_tokens_a_second_has(student):
    students.counts_its_tokens(student)


@torch.inference_mode()
def test_a_trace_is_the_pooled_windows_of_one_pass(student, monkeypatch):
    audio = students.speech(3.0, batch=2)
    tokens = student.tokens(student.log_mel(torch.from_numpy(audio)))
    passes = []
    monkeypatch.setattr(student, "tokens", lambda log_mel: passes.append(len(log_mel)) or tokens)
    trace = student.trace(torch.from_numpy(audio), window_s=1.0, hop_s=0.25)
    assert passes == [2]
    assert trace.shape == (2, 9, 3)
    wide = round(student.tokens_per_s)
    assert torch.allclose(trace[:, 0], student.out(student.pooled(tokens[:, :wide])), atol=1e-6)
    assert torch.allclose(trace[:, -1], student.out(student.pooled(tokens[:, -wide:])), atol=0.1 * float(trace.std()))


@torch.inference_mode()
def test_a_clip_shorter_than_the_window_has_one_row_its_own(student):
    audio = torch.from_numpy(students.speech(0.9))
    assert torch.allclose(student.trace(audio, 1.0, 0.25), student(audio)[:, None], atol=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("seconds", [0.3, 2.0, 2.2, 2.25, 5.1])
def test_a_trace_has_the_rows_of_a_teachers(seconds):
    teacher, (clip,) = loudness.load(), students.speech(seconds, batch=1)
    theirs = listen.trace(teacher, clip, ((0.0, seconds),)).values
    student = students.plain(StudentSpec("wav2small", size=2))
    ours = student.trace(torch.from_numpy(clip[None]), teacher.window_s, teacher.hop_s)
    assert ours.shape == (1, *theirs.shape)


def test_nothing_before_the_tokens_is_trained_and_everything_after_is(student):
    log_mel = student.log_mel(torch.from_numpy(students.speech()))
    assert not log_mel.requires_grad
    student.out(student.pooled(student.tokens(log_mel))).sum().backward()
    assert all(weight.grad is not None for weight in student.parameters())


def test_it_learns_along_its_gradient(spec):
    students.learns_along_its_gradient(students.plain(spec))


@torch.inference_mode()
@pytest.mark.parametrize("gain_db", [-12, 12])
def test_its_answer_does_not_depend_on_the_level(student, gain_db):
    """To within what the variance's floor of 1e-7 does, and many untrained layers make of it."""
    audio = 0.2 * students.speech()
    louder = (audio * 10 ** (gain_db / 20)).astype(np.float32)
    assert student(torch.from_numpy(louder)).numpy() == pytest.approx(
        student(torch.from_numpy(audio)).numpy(), rel=0.01, abs=5e-3
    )


def test_the_exported_file_says_what_torch_says(student, files, monkeypatch):
    monkeypatch.setattr(export, "LENGTHS_S", (6.0, 1.2345))
    assert export.largest_difference(student, files[0], seed=5) <= 1e-4


def test_the_quantized_file_keeps_its_weights_in_fewer_bits(files):
    students.keeps_its_weights_in_fewer_bits(*files)


def test_the_front_end_is_formulas(files):
    """The exported file holds no table of a DFT or of mel bands."""
    graph = onnx.load(files[0]).graph
    constants = [node.attribute[0].t for node in graph.node if node.op_type == "Constant"]
    tables = [each for each in (*graph.initializer, *constants) if np.prod(each.dims) > 100]
    layers = {layer.weight for layer in packing.layers(onnx.load(files[0]))}
    assert {each.name for each in tables if len(each.dims) > 1} <= layers


def test_a_batch_is_answered_as_its_clips_are_one_by_one(student):
    audio = torch.from_numpy(students.speech(1.3))
    with torch.inference_mode():
        one_by_one = torch.cat([student(clip[None]) for clip in audio])
        assert torch.allclose(student(audio), one_by_one, rtol=1e-4, atol=1e-4)


def test_what_it_is_built_of_follows_from_spec_and_seed(spec):
    one, again, other = students.plain(spec), students.plain(spec), students.plain(spec, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert not torch.equal(one.out.weight, other.out.weight)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("wav2small", 67_577), ("wav2small2", 10_806), ("mobilenetv4_small", 3_109_091), ("mobilenetv3_large", 4_819_667)],
)
def test_how_many_numbers_learn(name, numbers):
    assert students.trained(students.plain(StudentSpec(name, size=13))) == numbers


def test_the_paper_counts_the_same_numbers():
    """72K and 15K with the front-end's DFT; MobileNetV4-Small has 3.12M, ours with and without its DFT either side."""
    network = students.plain(StudentSpec("wav2small", size=13))
    (front,) = [part for part in network.modules() if isinstance(part, LogMel)]
    assert front.dft.numel() == 4_224
    with torch.inference_mode():
        log_mel = network.eval().log_mel(torch.zeros(1, 16_032))
        assert tuple(log_mel.shape) == (1, 1, 500, 26)
        assert tuple(network.tokens(log_mel).shape) == (1, 250, 169)
    network = students.plain(StudentSpec("mobilenetv4_small"))
    assert students.trained(network) == pytest.approx(3.12e6, rel=0.004)
    assert tuple(network.value.weight.shape) == tuple(network.weight.weight.shape) == (960, 960)
    assert students.plain(StudentSpec("wav2small2", size=13)).out.in_features == 338
