"""The embedded teacher's network: Whisper tiny.en's encoder, an attentive pooling, a head for A/D/V.

Differences from Whisper: the log-mel's maximum is fixed, so that the answer does not depend on the level;
positions are cropped to the clip instead of padding it to 30 s; layers 2, 3 and 4 are weighed together.
"""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.networks import vision
from engine.networks.frontend import LogMel
from engine.scoring.anchors import CATEGORIES
from engine.types import AXES

if TYPE_CHECKING:
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

WIDTH, EMBEDDING, HEADS, FROZEN = 384, 128, 4, 2  # FROZEN: layers that are never fine-tuned
FLOOR_DB, TOP = 80.0, 1.5  # dynamic range kept below the loudest bin; the value Whisper's scale gives it


def encoder(weights: Path | None) -> "WhisperEncoder":
    """Whisper tiny.en's encoder, from a safetensors file, or random where `weights` is None (to load a checkpoint).

    Raises:
        RuntimeError: a key is missing, unexpected, or has another shape.
    """
    vision.prepare()
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    config = WhisperConfig(
        d_model=WIDTH, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, num_mel_bins=80,
        max_source_positions=1500,
    )  # fmt: skip
    model = WhisperEncoder(config)
    if weights is not None:
        model.load_state_dict({key: value.float() for key, value in load_file(weights).items()}, strict=True)
    return model


class Head(nn.Module):
    """Hidden states of three layers -> A/D/V, category logits, pooled embedding.

    Shape:
        states [B, 3, T, 384], mask [B, T] (true where there is sound) -> [B, 3], [B, 9], [B, 128].
    """

    def __init__(self, corpora: int = 1) -> None:
        super().__init__()
        self.layers = nn.Parameter(torch.zeros(3))
        self.narrow = nn.Sequential(nn.Linear(WIDTH, 160), nn.GELU())
        self.attention = nn.Linear(160, HEADS)
        self.embed = nn.Sequential(nn.Linear(160 * HEADS * 2, EMBEDDING), nn.GELU(), nn.Dropout(0.2))
        self.adv = nn.Linear(EMBEDDING, len(AXES))
        self.category = nn.Linear(EMBEDDING, len(CATEGORIES))
        self.corpus_bias = nn.Parameter(torch.zeros(corpora, len(AXES)))  # each corpus has its own idea of the middle

    def pool(self, states: Tensor, mask: Tensor | None) -> Tensor:
        states = nn.functional.layer_norm(states, (WIDTH,))
        x = self.narrow((states * self.layers.softmax(0)[:, None, None]).sum(dim=1))  # [B, T, 160]
        scores = self.attention(x)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, :, None], -1e4)
        weights = scores.softmax(dim=1).transpose(1, 2)  # [B, heads, T]
        mean = weights @ x
        deviation = (weights @ x.square() - mean.square()).clamp(min=1e-6).sqrt()
        return torch.cat([mean, deviation], dim=2).flatten(1)

    def answer(self, pooled: Tensor, corpus: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        embedding = self.embed(pooled)
        bias = self.corpus_bias.mean(dim=0) if corpus is None else self.corpus_bias[corpus]
        return self.adv(embedding) + 0.5 + bias, self.category(embedding), embedding


class Teacher(nn.Module):
    """Waveform -> A/D/V and embedding, as exported.

    Shape:
        audio [B, T] at 16 kHz, any level -> [B, 3], [B, 128].
    """

    def __init__(self, whisper: "WhisperEncoder", head: Head) -> None:
        super().__init__()
        self.front = LogMel(n_fft=400, hop=160, n_mels=80, centred=True)
        self.whisper, self.head = whisper, head

    def log_mel(self, audio: Tensor) -> Tensor:
        """[B, T] -> [B, 80, frames] on Whisper's scale, the loudest bin at TOP."""
        level = audio.abs().amax(dim=1, keepdim=True).clamp(min=1e-8)
        decibels: Tensor = self.front(audio / level)
        top = decibels.amax(dim=(1, 2), keepdim=True)
        scaled: Tensor = TOP + (decibels - top).clamp(min=-FLOOR_DB) / 40
        return scaled

    def frozen(self, mel: Tensor) -> Tensor:
        """[B, 80, frames] -> [B, frames / 2, 384]: the state after the layers that are never fine-tuned."""
        x = nn.functional.gelu(self.whisper.conv1(mel))
        x = nn.functional.gelu(self.whisper.conv2(x)).transpose(1, 2)
        x = x + self.whisper.embed_positions.weight[: x.shape[1]]
        for layer in self.whisper.layers[:FROZEN]:
            x = _layer(layer, x, None)
        return x

    def states(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """[B, T, 384] after the frozen layers -> [B, 3, T, 384]."""
        attention = None if mask is None else torch.where(mask, 0.0, -1e4)[:, None, None, :].to(x.dtype)
        states = [x]
        for layer in self.whisper.layers[FROZEN:]:
            states.append(_layer(layer, states[-1], attention))
        return torch.stack(states, dim=1)

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        states = self.states(self.frozen(self.log_mel(audio)), None)
        adv, _, embedding = self.head.answer(self.head.pool(states, None), None)
        return adv, embedding


def _layer(layer: nn.Module, x: Tensor, mask: Tensor | None) -> Tensor:
    out = layer(x, mask)
    return cast(Tensor, out[0] if isinstance(out, tuple) else out)


class Ensemble(nn.Module):
    """Several teachers on the trunk that none of them changed: their answers averaged, their embeddings side by side.

    Shape:
        audio [B, T] at 16 kHz, any level -> [B, 3], [B, 128 * teachers].
    """

    def __init__(self, teachers: list[Teacher]) -> None:
        super().__init__()
        self.trunk = teachers[0]
        self.positions(teachers)
        self.kept = nn.ModuleList(teachers)  # so that torch knows them
        self.branches = teachers

    @staticmethod
    def positions(teachers: list[Teacher]) -> None:
        """Keep the places of 10.24 s only: no stretch is longer, and the rest would weigh 1.5 MB."""
        for teacher in teachers:
            places = teacher.whisper.embed_positions
            places.weight = nn.Parameter(places.weight[:512].detach().clone())

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        frozen = self.trunk.frozen(self.trunk.log_mel(audio))
        answers = []
        for teacher in self.branches:
            answers.append(teacher.head.answer(teacher.head.pool(teacher.states(frozen, None), None), None))
        adv = torch.stack([answer[0] for answer in answers]).mean(dim=0)
        return adv, torch.cat([answer[2] for answer in answers], dim=1)
