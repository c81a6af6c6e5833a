"""Public teachers' networks on transformers' wav2vec 2.0 and WavLM, rebuilt with the names that their files use.

Each is three steps, so that a trace may pool the same frames in windows: `frames`, `pool` and `head`. Built from
published descriptions; no code that comes with a checkpoint is run.
"""

import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from engine.networks import vision

WAVLM_LARGE: Mapping[str, Any] = {  # WavLM's own config; the checkpoints that are made of it come without
    "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
    "conv_dim": [512] * 7, "conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "conv_bias": False, "feat_extract_norm": "layer", "do_stable_layer_norm": True, "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16, "num_buckets": 320, "max_bucket_distance": 800,
}  # fmt: skip
NO_MASKS = {"mask_time_prob": 0.0, "mask_feature_prob": 0.0, "apply_spec_augment": False}  # these are of training alone
LEAST_VARIANCE = 1e-5  # of a pooled deviation


class Network(Protocol):
    """Waveforms -> frames -> pooled embedding -> A/D/V, in the network's own order.

    Shape:
        frames: audio [B, T], mask [B, T] (1 where there is sound) or None -> [B, F, W].
        pool: frames [B, F, W], mask [B, F] (true where there is sound) or None -> [B, E].
        head: [B, E] -> [B, 3].
    """

    def frames(self, audio: Tensor, mask: Tensor | None) -> Tensor: ...
    def pool(self, frames: Tensor, mask: Tensor | None) -> Tensor: ...
    def head(self, pooled: Tensor) -> Tensor: ...


def wav2vec2(stated: Mapping[str, Any]) -> nn.Module:
    """A wav2vec 2.0 encoder of a config."""
    vision.prepare()
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    return Wav2Vec2Model(Wav2Vec2Config(**{**stated, **NO_MASKS}))


def wavlm(stated: Mapping[str, Any]) -> nn.Module:
    """A WavLM encoder of a config."""
    vision.prepare()
    from transformers import WavLMConfig, WavLMModel

    return WavLMModel(WavLMConfig(**{**stated, **NO_MASKS}))


def mean(frames: Tensor, mask: Tensor | None) -> Tensor:
    """Mean over the frames that hold sound."""
    if mask is None:
        return frames.mean(dim=1)
    heard = mask[:, :, None].to(frames.dtype)
    return (frames * heard).sum(dim=1) / heard.sum(dim=1)


def _heard(model: nn.Module, audio: Tensor, mask: Tensor | None, **asked: bool) -> Any:
    with warnings.catch_warnings():  # transformers' WavLM gives torch two masks of two kinds, which torch dislikes
        warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask")
        return model(audio, attention_mask=mask, **asked)


class MeanRegression(nn.Module):
    """wav2vec 2.0, mean over time, two layers with tanh between (Wagner et al. 2023, 2203.07378)."""

    def __init__(self, stated: Mapping[str, Any]) -> None:
        super().__init__()
        width = stated["hidden_size"]
        self.wav2vec2 = wav2vec2(stated)
        self.classifier = nn.ModuleDict({"dense": nn.Linear(width, width), "out_proj": nn.Linear(width, 3)})

    def frames(self, audio: Tensor, mask: Tensor | None) -> Tensor:
        found: Tensor = self.wav2vec2(audio, attention_mask=mask).last_hidden_state
        return found

    def pool(self, frames: Tensor, mask: Tensor | None) -> Tensor:
        return mean(frames, mask)

    def head(self, pooled: Tensor) -> Tensor:
        answer: Tensor = self.classifier["out_proj"](self.classifier["dense"](pooled).tanh())
        return answer


class AttentiveStatistics(nn.Module):
    """Attention-weighted mean and deviation over time (Okabe et al. 2018, 1803.10963): [B, F, W] -> [B, 2 W]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.sap_linear = nn.Linear(width, width)
        self.attention = nn.Parameter(torch.empty(width, 1))

    def forward(self, frames: Tensor, mask: Tensor | None) -> Tensor:
        scores = self.sap_linear(frames).tanh() @ self.attention
        if mask is not None:
            scores = scores.masked_fill(~mask[:, :, None], -torch.inf)
        weights = scores.softmax(dim=1)
        middle = (weights * frames).sum(dim=1)
        variance = (weights * frames.square()).sum(dim=1) - middle.square()
        return torch.cat([middle, variance.clamp(min=LEAST_VARIANCE).sqrt()], dim=1)


class StatisticsRegression(nn.Module):
    """WavLM, attentive statistics, one hidden layer (the baseline of the Odyssey 2024 challenge)."""

    def __init__(self, stated: Mapping[str, Any]) -> None:
        super().__init__()
        width = stated["hidden_size"]
        self.ssl_model = wavlm(stated)
        self.pool_model = AttentiveStatistics(width)
        hidden = nn.Sequential(nn.Linear(2 * width, width), nn.LayerNorm(width), nn.ReLU())
        self.ser_model = nn.ModuleDict({"fc": nn.ModuleList([hidden]), "out": nn.Sequential(nn.Linear(width, 3))})

    def frames(self, audio: Tensor, mask: Tensor | None) -> Tensor:
        found: Tensor = _heard(self.ssl_model, audio, mask).last_hidden_state
        return found

    def pool(self, frames: Tensor, mask: Tensor | None) -> Tensor:
        pooled: Tensor = self.pool_model(frames, mask)
        return pooled

    def head(self, pooled: Tensor) -> Tensor:
        hidden = self.ser_model.get_submodule("fc.0")(pooled)
        answer: Tensor = self.ser_model["out"](hidden)
        return answer


class LayersRegression(nn.Module):
    """WavLM, all its layers weighed together, three layers on each frame, mean, a sigmoid head an axis.

    From Vox-Profile (Feng et al. 2025, 2505.14648). Its answers are stacked in the order of `axes`.
    """

    def __init__(self, stated: Mapping[str, Any], axes: tuple[str, str, str], hidden: int) -> None:
        super().__init__()
        self.axes = axes
        self.backbone_model = wavlm(stated)
        self.weights = nn.Parameter(torch.empty(stated["num_hidden_layers"] + 1))
        wide, thin = nn.Conv1d(stated["hidden_size"], hidden, 1), [nn.Conv1d(hidden, hidden, 1) for _ in range(2)]
        # dropout does nothing here, but the layers after it are counted with it
        self.model_seq = nn.Sequential(wide, nn.ReLU(), nn.Dropout(0.1), thin[0], nn.ReLU(), nn.Dropout(0.1), thin[1])
        for axis in axes:
            layers = (nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1), nn.Sigmoid())
            self.add_module(f"{axis}_layer", nn.Sequential(*layers))

    def frames(self, audio: Tensor, mask: Tensor | None) -> Tensor:
        heard = _heard(self.backbone_model, audio, mask, output_hidden_states=True)
        # transformers 5 gives the last state before the encoder's norm; with 4, where this was trained, it was after it
        states = (*heard.hidden_states[:-1], heard.last_hidden_state)
        weights = self.weights.softmax(dim=0)
        mixed = sum(weight * state for weight, state in zip(weights, states, strict=True))
        found: Tensor = self.model_seq(mixed.transpose(1, 2)).transpose(1, 2)
        return found

    def pool(self, frames: Tensor, mask: Tensor | None) -> Tensor:
        return mean(frames, mask)

    def head(self, pooled: Tensor) -> Tensor:
        return torch.cat([self.get_submodule(f"{axis}_layer")(pooled) for axis in self.axes], dim=1)
