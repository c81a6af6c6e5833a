"""Backbones of timm as students: pictures of any size and of one size alike."""

import pytest
import torch

from engine.students.timm import Depthwise, pictures
from engine.types import StudentSpec
from tests import students

FREE = (
    "mobilenetv2_050", "mobilenetv3_small_050", "mnasnet_small", "fbnetc_100", "spnasnet_100", "shvit_s1",
    "mobilenet_edgetpu_v2_xs",
)  # fmt: skip
FIXED = ("efficientformer_l1", "efficientformerv2_s0", "efficientvit_m0")  # take pictures of one size


@pytest.mark.parametrize("name", [f"timm:{name}" for name in (*FREE, *FIXED)])
def test_a_backbone_of_timm_learns_answers_is_exported_and_quantized(name, tmp_path):
    network = students.built(StudentSpec(name))
    with torch.inference_mode():
        students.answers_any_length_and_batch(network)
        students.counts_its_tokens(network)
    students.keeps_its_weights_in_fewer_bits(*students.written(network, tmp_path))
    students.learns_along_its_gradient(network)
    assert all(weight.grad is not None for weight in network.parameters())


def test_a_depthwise_convolution_is_taught_in_single_precision():
    network = students.plain(StudentSpec("timm:mobilenetv3_small_050"))
    layer = next(layer for layer in network.backbone.modules() if isinstance(layer, Depthwise))
    seen = torch.randn(2, layer.in_channels, 9, 7).bfloat16()
    exact = layer(seen.float())
    with torch.autocast("cpu", torch.bfloat16):
        taught = layer(seen)
    assert torch.equal(taught, exact.bfloat16())


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
        students.plain(StudentSpec(name))
