"""What tests ask of any student network, untrained."""

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from engine import plugins
from engine.exporting import export, scheme
from engine.exporting.scheme import Given
from engine.onnx_model import OnnxModel
from tests.sounds import babble

STEP = 1e-8  # against the gradient
LENGTHS_S = (0.5, 1.3)  # of clips, one more of each: less than a window, and a part of a second one


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


def written(network, folder):
    """The network exported, which compares it with onnxruntime's, and quantized."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "LENGTHS_S", LENGTHS_S)
        export.to_onnx(network, folder / "full.onnx")
    scheme.write("int8_int4", folder / "full.onnx", folder / "small.onnx", Given())
    return folder / "full.onnx", folder / "small.onnx"


def trained(network):
    """How many numbers of a network learn."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def answers_any_length_and_batch(network):
    for batch, seconds in ((1, 0.5), (3, 0.731), (2, 1.9)):
        adv = network(torch.from_numpy(speech(seconds, batch)))
        assert (adv.dtype, tuple(adv.shape)) == (torch.float32, (batch, 3))
        assert adv.isfinite().all()


def counts_its_tokens(network):
    """A token more or less a window is what the ends of a clip may cost."""
    for seconds in (0.5, 2.9):
        tokens = network.tokens(network.log_mel(torch.from_numpy(speech(seconds, batch=1))))
        assert tokens.shape[1] == pytest.approx(seconds * network.tokens_per_s, abs=1.5)


def learns_along_its_gradient(network):
    """A small step against the gradient lowers the loss by as much as the gradient says."""
    network.double().train().to(memory_format=torch.channels_last).zero_grad()  # as trainings have it
    log_mel = network.log_mel(torch.from_numpy(speech(0.5, batch=2)).double()).to(memory_format=torch.channels_last)
    loss = distance(network, log_mel)
    loss.backward()
    slope = sum(weight.grad.square().sum() for weight in network.parameters()).sqrt()
    with torch.no_grad():
        for weight in network.parameters():
            weight -= STEP * weight.grad / slope
        assert float(loss - distance(network, log_mel)) == pytest.approx(STEP * float(slope), rel=0.05)


def distance(network, log_mel):
    return (network.out(network.pooled(network.tokens(log_mel))) - 0.5).square().mean()


def keeps_its_weights_in_fewer_bits(full, small):
    """Not its answers: fifty untrained layers make a crowd of any rounding. Trained students' answers are measured."""
    stored = onnx.load(small).graph.initializer
    assert {onnx.TensorProto.INT8, onnx.TensorProto.UINT8} <= {tensor.data_type for tensor in stored}
    sizes = [sum(tensor.ByteSize() for tensor in onnx.load(path).graph.initializer) for path in (full, small)]
    assert sizes[1] < 0.5 * sizes[0]
    assert np.isfinite(OnnxModel(small).predict(speech())[0]).all()
