"""Any backbone of timm as a student, `timm:NAME`, as the paper makes its MobileNets (arXiv 2408.13920).

Decisions: the backbone is timm's up to its last stage; the layer that widens it for a thousand classes is left out.
Its map's mean over mel is a token a place in time, and tokens are pooled as in Wav2Small. Weights are never fetched: a
student starts from nothing.

A backbone that takes pictures of one size only hears windows of so many frames, one after the other, each spread from
26 bands to the picture's width: 32, or the backbone's own. The last window goes on with the clip's beginning, and the
tokens of that are dropped. So a frame lasts the same in clips of any length, which it would not if a clip were squeezed
into one picture, and no silence is heard that nobody recorded. Such a token has heard nothing outside its window.
"""

from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor, nn

from engine.networks import vision
from engine.students.wav2small import PaperNetwork, weighed
from engine.types import AXES, SAMPLE_RATE, StudentSpec

N_FFT, HOP = 144, 72  # samples: 9 and 4.5 ms, as in the released MobileNetV4
NARROW = 32  # bands: the least that is halved five times, as most backbones do
SHORTEST = SAMPLE_RATE // 2  # samples that every student must take
NEAR = 5  # names that are suggested


class Timm(PaperNetwork):
    """A backbone of timm between the paper's front-end and pooling.

    Args:
        backbone: [B, 1, frames, mels] -> a list of one map [B, channels, places, bands].
        channels: of that map.
        stride: frames a place.
        picture: frames and bands, where the backbone takes nothing else.

    Shape:
        waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped.
    """

    def __init__(self, backbone: nn.Module, channels: int, stride: int, picture: tuple[int, int] | None) -> None:
        super().__init__(N_FFT, HOP)
        # in torch 2.13 the CPU's batch norm, given a map of one band in the other layout, learns from wrong gradients
        self.backbone = backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.picture = picture
        self.places = -(-picture[0] // stride) if picture else 1  # in `window` frames
        self.window = picture[0] if picture else stride
        self.tokens_per_s = SAMPLE_RATE / HOP * self.places / self.window
        self.value, self.weight = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.out = nn.Linear(channels, len(AXES))

    def tokens(self, log_mel: Tensor) -> Tensor:
        """[B, 1, frames, 26] -> [B, frames / stride, channels]."""
        if self.picture is None:
            return self._seen(log_mel)
        windows = self._seen(pictures(log_mel, self.picture))
        tokens = windows.reshape(log_mel.shape[0], -1, windows.shape[2])
        return tokens[:, : (log_mel.shape[2] * self.places + self.window - 1) // self.window]

    def _seen(self, picture: Tensor) -> Tensor:
        plane: Tensor = self.backbone(picture)[-1]
        return plane.mean(dim=3).transpose(1, 2)

    def pooled(self, tokens: Tensor) -> Tensor:
        """[B, N, channels] -> [B, channels]."""
        return weighed(self.value(tokens), self.weight(tokens), dim=1)


class Depthwise(nn.Conv2d):
    """In single precision where the rest is taught in bf16: a processor finds its gradient several times as fast."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if not torch.is_autocast_enabled(input.device.type):
            return super()._conv_forward(input, weight, bias)  # type: ignore[no-any-return]
        with torch.autocast(input.device.type, enabled=False):
            seen: Tensor = super()._conv_forward(input.float(), weight, bias)
        return seen.to(input.dtype)


def pictures(log_mel: Tensor, size: tuple[int, int]) -> Tensor:
    """Windows of `size` frames and bands, one after the other, the clip repeated to fill the last.

    Shape:
        log_mel [B, 1, frames, mels] -> [B * windows, 1, *size], a clip's windows together.
    """
    frames = log_mel.shape[2]
    windows = (frames + size[0] - 1) // size[0]
    repeated = log_mel[:, :, torch.arange(windows * size[0], device=log_mel.device) % frames]
    cut = repeated.reshape(-1, 1, size[0], log_mel.shape[3])
    return nn.functional.interpolate(cut, size, mode="bilinear")


def named(name: str) -> Timm:
    """The untrained network around timm's backbone `name`.

    Raises:
        ValueError: timm has no such backbone, or no student can be made of it.
    """
    vision.prepare()
    import timm

    if not timm.is_model(name):
        raise ValueError(f"Timm has no backbone called {name!r}; near: {', '.join(_near(name, timm.list_models()))}.")
    config: Any = timm.get_pretrained_cfg(name)
    high, wide = config.input_size[1:]
    narrow = (high, NARROW)
    failed: Exception | None = None
    for picture in (narrow, (high, wide)) if config.fixed_input_size else (None, narrow):
        built_for = {"img_size": picture} if config.fixed_input_size and picture == narrow else {}
        try:
            return _network(name, picture, **built_for)
        except Exception as error:  # backbones have no common way to refuse
            failed = error
    raise ValueError(f"No student can be made of timm's {name}: {failed}") from failed


def _network(name: str, picture: tuple[int, int] | None, **options: Any) -> Timm:
    """The network, which has answered once: so the backbone gives a map and takes what it is given."""
    import timm

    options |= {"pretrained": False, "in_chans": 1, "features_only": True, "out_indices": (-1,)}
    backbone: Any = timm.create_model(name, **options)
    for layer in backbone.modules():
        if type(layer) is nn.Conv2d and layer.groups > 1:
            layer.__class__ = Depthwise
    (channels,), (stride,) = backbone.feature_info.channels(), backbone.feature_info.reduction()
    network = Timm(backbone, channels, stride, picture)
    with torch.no_grad():
        network.eval()(torch.zeros(1, SHORTEST))
    return network.train()


def _near(name: str, known: list[str]) -> list[str]:
    """Names that hold this one, else those that are most like it."""
    holding = [other for other in known if name in other]
    return holding[:NEAR] or get_close_matches(name, known, NEAR, cutoff=0)


def build(spec: StudentSpec) -> Timm:
    """The untrained network of `timm:NAME`; `spec.size` says nothing here, the name does.

    Raises:
        ValueError: there is no name, or no student can be made of it.
    """
    name = spec.architecture.partition(":")[2]
    if not name:
        raise ValueError("Say which backbone of timm, as in 'timm:mobilenetv2_050'.")
    return named(name)
