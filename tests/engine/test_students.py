"""Every student network in the folder keeps its promises, untrained; a file that is dropped in is tested as well."""

import numpy as np
import onnx
import pytest
import torch

from engine import export, plugins, quantize
from engine.frontend import LogMel
from engine.network import Network
from engine.onnx_model import OnnxModel
from engine.types import StudentSpec
from tests.sounds import babble

NAMES = plugins.names("students")


@pytest.fixture(scope="module", params=NAMES)
def spec(request):
    return StudentSpec(request.param)


@pytest.fixture(scope="module")
def student(spec):
    return built(spec)


@pytest.fixture(scope="module")
def files(student, tmp_path_factory):
    """The network exported, and quantized."""
    folder = tmp_path_factory.mktemp("student")
    export.to_onnx(student, folder / "full.onnx")
    quantize.int8_int4(folder / "full.onnx", folder / "small.onnx")
    return folder / "full.onnx", folder / "small.onnx"


def built(spec, seed=0):
    """Untrained, with the norms settled on something like speech, so that it tells one clip from another."""
    torch.manual_seed(seed)
    network = plugins.load("students", spec.architecture).build(spec)
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        network.train()(torch.from_numpy(np.stack([babble(1, rng) for _ in range(8)])))
    return network.eval()


def speech(seconds=1.0, batch=4, seed=1):
    rng = np.random.default_rng(seed)
    return np.stack([babble(seconds, rng) for _ in range(batch)])


def test_it_is_a_network_whose_last_layer_can_be_calibrated(student):
    assert isinstance(student, Network)
    assert isinstance(student.out, torch.nn.Linear)
    assert student.out.out_features == 3


@torch.inference_mode()
def test_any_length_and_batch(student):
    for batch, seconds in ((1, 0.5), (3, 0.731), (2, 3.3), (1, 10.0)):
        adv = student(torch.from_numpy(speech(seconds, batch)))
        assert (adv.dtype, tuple(adv.shape)) == (torch.float32, (batch, 3))
        assert adv.isfinite().all()


@torch.inference_mode()
def test_its_steps_are_its_forward(student):
    audio = torch.from_numpy(speech())
    log_mel = student.log_mel(audio)
    tokens = student.tokens(log_mel)
    pooled = student.pooled(tokens)
    assert len(log_mel) == len(tokens) == len(pooled) == 4
    assert (tokens.ndim, pooled.ndim, pooled.shape[1]) == (3, 2, student.out.in_features)
    assert torch.equal(student.out(pooled), student(audio))


def test_nothing_before_the_tokens_is_trained_and_everything_after_is(student):
    log_mel = student.log_mel(torch.from_numpy(speech()))
    assert not log_mel.requires_grad
    student.out(student.pooled(student.tokens(log_mel))).sum().backward()
    assert all(weight.grad is not None for weight in student.parameters())


@torch.inference_mode()
@pytest.mark.parametrize("gain_db", [-12, 12])
def test_its_answer_does_not_depend_on_the_level(student, gain_db):
    audio = 0.2 * speech()
    louder = (audio * 10 ** (gain_db / 20)).astype(np.float32)
    assert student(torch.from_numpy(louder)).numpy() == pytest.approx(
        student(torch.from_numpy(audio)).numpy(), abs=1e-3
    )


def test_the_exported_file_says_what_torch_says(student, files):
    assert export.largest_difference(student, files[0], seed=5) <= 1e-4


def test_the_quantized_file_is_far_smaller_and_close(files):
    full, small = (OnnxModel(path) for path in files)
    assert files[1].stat().st_size < 0.4 * files[0].stat().st_size
    audio = speech()
    assert small.predict(audio)[0] == pytest.approx(full.predict(audio)[0], abs=0.02)


def test_a_batch_is_answered_as_its_clips_are_one_by_one(files):
    model, audio = OnnxModel(files[1]), speech()
    assert model.predict(audio)[0] == pytest.approx(
        np.concatenate([model.predict(clip[None])[0] for clip in audio]), abs=1e-4
    )


def test_what_it_is_built_of_follows_from_spec_and_seed(spec):
    one, again, other = built(spec, 0), built(spec, 0), built(spec, 1)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert not torch.equal(one.out.weight, other.out.weight)


def test_the_paper_counts_the_same_numbers_in_wav2small():
    network = plugins.load("students", "wav2small").build(StudentSpec("wav2small", size=13))
    assert sum(weight.numel() for weight in network.parameters() if weight.requires_grad) == 67_577
    (front,) = [part for part in network.modules() if isinstance(part, LogMel)]
    assert front.dft.numel() == 4_224
    with torch.inference_mode():
        log_mel = network.eval().log_mel(torch.zeros(1, 16_032))
        assert tuple(log_mel.shape) == (1, 1, 500, 26)
        assert tuple(network.tokens(log_mel).shape) == (1, 250, 169)


def test_the_front_end_and_the_pooling_stay_in_float(files):
    small = {tensor.name: tensor.data_type for tensor in onnx.load(files[1]).graph.initializer}
    assert {onnx.TensorProto.INT8, onnx.TensorProto.INT4} & set(small.values())
    assert all(kind == onnx.TensorProto.FLOAT for name, kind in small.items() if name.startswith("front"))
