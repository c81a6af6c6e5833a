"""Every student network in the folder keeps its promises, untrained; a file that is dropped in is tested as well."""

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from engine import export, listen, plugins, quantize
from engine.frontend import LogMel
from engine.network import Network
from engine.onnx_model import OnnxModel
from engine.students.timm import pictures
from engine.teachers import loudness
from engine.types import StudentSpec
from tests.sounds import babble

NAMES = [name for name in plugins.names("students") if name != "timm"]  # which is asked for a backbone
FREE = (
    "mobilenetv2_050", "mobilenetv3_small_050", "mnasnet_small", "fbnetc_100", "spnasnet_100", "shvit_s1",
    "mobilenet_edgetpu_v2_xs",
)  # fmt: skip
FIXED = ("efficientformer_l1", "efficientformerv2_s0", "efficientvit_m0")  # take pictures of one size
BACKBONES = [f"timm:{name}" for name in (*FREE, *FIXED)]
STEP = 1e-8
LENGTHS_S = (0.5, 1.3)  # of clips, one more of each: less than a window, and a part of a second one


@pytest.fixture(scope="module", params=NAMES)
def spec(request):
    return StudentSpec(request.param)


@pytest.fixture(scope="module")
def student(spec):
    return built(spec)


@pytest.fixture(scope="module")
def files(student, tmp_path_factory):
    return written(student, tmp_path_factory.mktemp("student"))


def written(network, folder):
    """The network exported, which compares it with onnxruntime's, and quantized."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "LENGTHS_S", LENGTHS_S)
        export.to_onnx(network, folder / "full.onnx")
    quantize.int8_int4(folder / "full.onnx", folder / "small.onnx")
    return folder / "full.onnx", folder / "small.onnx"


def plain(spec, seed=0):
    """Untrained, as it is built."""
    torch.manual_seed(seed)
    return plugins.load("students", spec.architecture).build(spec)


def built(spec):
    """Untrained, with the norms settled on something like speech, so that it tells one clip from another."""
    network = plain(spec)
    for norm in network.modules():
        if isinstance(norm, nn.modules.batchnorm._BatchNorm):
            norm.momentum = None  # a plain mean
    with torch.no_grad():
        network.train()(torch.from_numpy(speech(seed=0, batch=8)))
    return network.eval()


def speech(seconds=1.0, batch=4, seed=1):
    rng = np.random.default_rng(seed)
    return np.stack([babble(seconds, rng) for _ in range(batch)])


def trained(network):
    """How many numbers of a network learn."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def constants(path):
    """The numbers in a file's initializers, in the order in which convolutions and linears use them, unpacked."""
    graph = onnx.load(path).graph
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in (node for node in graph.node if node.op_type == "DequantizeLinear"):
        steps, scale = (kept[name] for name in node.input)
        stated = {attribute.name: attribute.i for attribute in node.attribute}
        axis, size = stated["axis"], stated.get("block_size")
        if size:
            scale = scale.repeat(size, axis)[tuple(slice(length) for length in steps.shape)]
        else:
            scale = scale.reshape([-1 if place == axis else 1 for place in range(steps.ndim)])
        kept[node.output[0]] = steps.astype(np.float32) * scale
    return [kept[n.input[1]] for n in graph.node if n.op_type in ("Conv", "MatMul", "Gemm") and n.input[1] in kept]


def test_it_is_a_network_whose_last_layer_can_be_calibrated(student):
    assert isinstance(student, Network)
    assert isinstance(student.out, nn.Linear)
    assert student.out.out_features == 3


def answers_any_length_and_batch(network):
    for batch, seconds in ((1, 0.5), (3, 0.731), (2, 3.3)):
        adv = network(torch.from_numpy(speech(seconds, batch)))
        assert (adv.dtype, tuple(adv.shape)) == (torch.float32, (batch, 3))
        assert adv.isfinite().all()


@torch.inference_mode()
def test_any_length_and_batch(student):
    answers_any_length_and_batch(student)


@torch.inference_mode()
def test_its_steps_are_its_forward(student):
    audio = torch.from_numpy(speech())
    log_mel = student.log_mel(audio)
    tokens = student.tokens(log_mel)
    pooled = student.pooled(tokens)
    assert len(log_mel) == len(tokens) == len(pooled) == 4
    assert (tokens.ndim, pooled.ndim, pooled.shape[1]) == (3, 2, student.out.in_features)
    assert torch.equal(student.out(pooled), student(audio))


def counts_its_tokens(network):
    """A token more or less a window is what the ends of a clip may cost."""
    for seconds in (0.5, 1.7, 4.0):
        tokens = network.tokens(network.log_mel(torch.from_numpy(speech(seconds, batch=1))))
        assert tokens.shape[1] == pytest.approx(seconds * network.tokens_per_s, abs=1.5)


@torch.inference_mode()
def test_it_says_how_many_tokens_a_second_has(student):
    counts_its_tokens(student)


@torch.inference_mode()
def test_a_trace_is_the_pooled_windows_of_one_pass(student, monkeypatch):
    audio = speech(3.0, batch=2)
    tokens = student.tokens(student.log_mel(torch.from_numpy(audio)))
    passes = []
    monkeypatch.setattr(student, "tokens", lambda log_mel: passes.append(len(log_mel)) or tokens)
    trace = student.trace(torch.from_numpy(audio), window_s=1.0, hop_s=0.25)
    assert passes == [2]
    assert trace.shape == (2, 9, 3)
    wide = round(student.tokens_per_s)
    assert torch.equal(trace[:, 0], student.out(student.pooled(tokens[:, :wide])))
    assert torch.allclose(trace[:, -1], student.out(student.pooled(tokens[:, -wide:])), atol=0.1 * float(trace.std()))


@torch.inference_mode()
def test_a_clip_shorter_than_the_window_has_one_row_its_own(student):
    audio = torch.from_numpy(speech(0.9))
    assert torch.allclose(student.trace(audio, 1.0, 0.25), student(audio)[:, None], atol=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("seconds", [0.3, 2.0, 2.2, 2.25, 5.1])
def test_a_trace_has_the_rows_of_a_teachers(seconds):
    teacher, (clip,) = loudness.load(), speech(seconds, batch=1)
    theirs = listen.trace(teacher, clip, ((0.0, seconds),)).values
    ours = plain(StudentSpec("wav2small", size=2)).trace(torch.from_numpy(clip[None]), teacher.window_s, teacher.hop_s)
    assert ours.shape == (1, *theirs.shape)


def test_nothing_before_the_tokens_is_trained_and_everything_after_is(student):
    log_mel = student.log_mel(torch.from_numpy(speech()))
    assert not log_mel.requires_grad
    student.out(student.pooled(student.tokens(log_mel))).sum().backward()
    assert all(weight.grad is not None for weight in student.parameters())


def learns_along_its_gradient(network, layout=torch.preserve_format):
    """A small step against the gradient lowers the loss by as much as the gradient says."""
    network.double().train().to(memory_format=layout).zero_grad()
    log_mel = network.log_mel(torch.from_numpy(speech(0.5, batch=2)).double()).contiguous(memory_format=layout)
    loss = distance(network, log_mel)
    loss.backward()
    slope = sum(weight.grad.square().sum() for weight in network.parameters()).sqrt()
    with torch.no_grad():
        for weight in network.parameters():
            weight -= STEP * weight.grad / slope
        assert float(loss - distance(network, log_mel)) == pytest.approx(STEP * float(slope), rel=0.05)


def distance(network, log_mel):
    return (network.out(network.pooled(network.tokens(log_mel))) - 0.5).square().mean()


@pytest.mark.parametrize("layout", [torch.preserve_format, torch.channels_last], ids=str)
def test_it_learns_along_its_gradient(spec, layout):
    learns_along_its_gradient(plain(spec), layout)


@torch.inference_mode()
@pytest.mark.parametrize("gain_db", [-12, 12])
def test_its_answer_does_not_depend_on_the_level(student, gain_db):
    """To within what the variance's floor of 1e-7 does, and many untrained layers make of it."""
    audio = 0.2 * speech()
    louder = (audio * 10 ** (gain_db / 20)).astype(np.float32)
    assert student(torch.from_numpy(louder)).numpy() == pytest.approx(
        student(torch.from_numpy(audio)).numpy(), abs=5e-3
    )


def test_the_exported_file_says_what_torch_says(student, files, monkeypatch):
    monkeypatch.setattr(export, "LENGTHS_S", (6.0, 1.2345))
    assert export.largest_difference(student, files[0], seed=5) <= 1e-4


def keeps_its_weights_in_fewer_bits(full, small):
    """Not its answers: fifty untrained layers make a crowd of any rounding. Trained students' answers are measured."""
    before, after = (constants(path) for path in (full, small))
    stored = onnx.load(small).graph.initializer
    assert {onnx.TensorProto.INT8, onnx.TensorProto.INT4} & {tensor.data_type for tensor in stored}
    for one, other in zip(before, after, strict=True):
        assert np.square(other - one).mean() <= 0.15**2 * np.square(one).mean()
    assert np.isfinite(OnnxModel(small).predict(speech())[0]).all()


def test_the_quantized_file_keeps_its_weights_in_fewer_bits(files):
    keeps_its_weights_in_fewer_bits(*files)
    front = sum(tensor.ByteSize() for tensor in onnx.load(files[0]).graph.initializer if "front" in tensor.name)
    sizes = [sum(tensor.ByteSize() for tensor in onnx.load(path).graph.initializer) - front for path in files]
    assert sizes[1] < 0.5 * sizes[0]


def test_the_front_end_stays_in_float(files):
    stored = {tensor.raw_data for tensor in onnx.load(files[1]).graph.initializer}
    assert all(t.raw_data in stored for t in onnx.load(files[0]).graph.initializer if "front" in t.name)


def test_a_batch_is_answered_as_its_clips_are_one_by_one(student):
    audio = torch.from_numpy(speech(1.3))
    with torch.inference_mode():
        one_by_one = torch.cat([student(clip[None]) for clip in audio])
        assert torch.allclose(student(audio), one_by_one, atol=1e-4)


def test_what_it_is_built_of_follows_from_spec_and_seed(spec):
    one, again, other = plain(spec), plain(spec), plain(spec, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert not torch.equal(one.out.weight, other.out.weight)


@pytest.mark.parametrize("name", BACKBONES)
def test_a_backbone_of_timm_learns_answers_is_exported_and_quantized(name, tmp_path):
    network = built(StudentSpec(name))
    with torch.inference_mode():
        answers_any_length_and_batch(network)
        counts_its_tokens(network)
    keeps_its_weights_in_fewer_bits(*written(network, tmp_path))
    learns_along_its_gradient(network)
    assert all(weight.grad is not None for weight in network.parameters())


def test_windows_follow_each_other_and_the_last_goes_on_with_the_beginning():
    log_mel = (
        torch.arange(10.0)[None, None, :, None].expand(2, 1, 10, 26) + torch.tensor([0.0, 100])[:, None, None, None]
    )
    windows = pictures(log_mel, (4, 32))
    assert windows.shape == (6, 1, 4, 32)
    places = windows[:, 0, :, 7].reshape(2, 12)
    assert places[0].tolist() == pytest.approx([*range(10), 0, 1])
    assert torch.equal(places[1], places[0] + 100)


@pytest.mark.parametrize(
    ("name", "said"),
    [("timm", "mobilenetv2_050"), ("timm:", "mobilenetv2_050"), ("timm:mobilenetv2_55", "mobilenetv2_050"),
     ("timm:hf-hub:timm/fbnetc_100", "fbnetc_100"), ("timm:swinv2_tiny_window8_256", "can be made of")],
)  # fmt: skip
def test_what_timm_has_not_is_refused_with_what_it_has(name, said):
    with pytest.raises(ValueError, match=said):
        plain(StudentSpec(name))


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("wav2small", 67_577), ("wav2small2", 10_806), ("mobilenetv4_small", 3_109_091), ("mobilenetv3_large", 4_819_667)],
)
def test_how_many_numbers_learn(name, numbers):
    assert trained(plain(StudentSpec(name, size=13))) == numbers


def test_the_paper_counts_the_same_numbers():
    """72K and 15K with the front-end's DFT; MobileNetV4-Small has 3.12M, ours with and without its DFT either side."""
    network = plain(StudentSpec("wav2small", size=13))
    (front,) = [part for part in network.modules() if isinstance(part, LogMel)]
    assert front.dft.numel() == 4_224
    with torch.inference_mode():
        log_mel = network.eval().log_mel(torch.zeros(1, 16_032))
        assert tuple(log_mel.shape) == (1, 1, 500, 26)
        assert tuple(network.tokens(log_mel).shape) == (1, 250, 169)
    network = plain(StudentSpec("mobilenetv4_small"))
    assert trained(network) == pytest.approx(3.12e6, rel=0.004)
    assert tuple(network.value.weight.shape) == tuple(network.weight.weight.shape) == (960, 960)
    assert plain(StudentSpec("wav2small2", size=13)).out.in_features == 338
