"""A teacher that is an encoder in torch: clips are normalised one by one, answered alone or padded together.

Batches of different lengths answer as each clip alone does only if the encoder knows what is padding, the pooling
leaves it out, and every clip is normalised before it is padded. An encoder whose first layer norms over time can't
know, so there only equal lengths go together.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.networks.encoders import Network
from engine.types import Floats, TeacherSpec, ordered

Normalise = Callable[[Floats], Floats]  # a clip [T] -> [T]
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
TOGETHER = 8  # clips of one padded batch


def unit_variance(clip: Floats) -> Floats:
    """Zero mean and unit variance, as wav2vec 2.0 hears it: (x - mean) / sqrt(variance + 1e-7)."""
    scaled: Floats = ((clip - clip.mean()) / np.sqrt(clip.var() + 1e-7)).astype(np.float32)
    return scaled


def shifted(mean: float, deviation: float) -> Normalise:
    """The same shift and scale for every clip, so that its level is heard: (x - mean) / (deviation + 1e-6)."""
    return lambda clip: ((clip - mean) / (deviation + 1e-6)).astype(np.float32)


class EncodedTeacher:
    """A `engine.types.Model`.

    Args:
        spec: of the teacher.
        network: in evaluation mode; it is rounded to `precision`.
        encoder: the config of its encoder.
        normalise: what is done to each clip.
        axes: in the order in which the network answers.
        precision: of weights and computing; normalising is always done in fp32.
        threads: of torch, in the whole process.

    Raises:
        ValueError: no such precision.
    """

    def __init__(
        self, spec: TeacherSpec, network: nn.Module, encoder: Mapping[str, Any], normalise: Normalise,
        axes: Sequence[str], precision: str, threads: int,
    ) -> None:  # fmt: skip
        if precision not in DTYPES:
            raise ValueError(f"The precisions are {' and '.join(DTYPES)}, not {precision!r}.")
        self.name, self.window_s, self.hop_s, self.precision = spec.name, spec.window_s, spec.hop_s, precision
        self._kernels = tuple(zip(encoder["conv_kernel"], encoder["conv_stride"], strict=True))
        self._equal_only = encoder["feat_extract_norm"] != "layer"
        self._network = cast(Network, network.to(DTYPES[precision]))
        self._normalise, self._axes = normalise, tuple(axes)
        torch.set_num_threads(threads)

    def predict(self, audio: Floats) -> tuple[Floats, Floats]:
        """Answer a batch, a row at a time: on a CPU a batch gains nothing; see `engine.types.Model`."""
        return _joined([self._answer([row]) for row in audio])

    def predict_all(self, clips: Sequence[Floats]) -> tuple[Floats, Floats]:
        """Answer clips of any lengths, padded together where that changes nothing: as `predict` answers each.

        Shape:
            clips: N of float32 [T] at 16 kHz -> A/D/V [N, 3], embedding [N, E].
        """
        order = sorted(range(len(clips)), key=lambda place: len(clips[place]))
        groups = [list(same) for _, same in groupby(order, lambda place: len(clips[place]) if self._equal_only else 0)]
        parts = [group[start : start + TOGETHER] for group in groups for start in range(0, len(group), TOGETHER)]
        adv, pooled = _joined([self._answer([clips[place] for place in part]) for part in parts])
        back = np.argsort([place for part in parts for place in part])
        return adv[back], pooled[back]

    @torch.inference_mode()
    def _answer(self, clips: Sequence[Floats]) -> tuple[Floats, Floats]:
        heard = [torch.from_numpy(self._normalise(clip)) for clip in clips]
        audio = nn.utils.rnn.pad_sequence(heard, batch_first=True).to(DTYPES[self.precision])
        lengths = torch.tensor([len(clip) for clip in clips])
        padded = bool((lengths != lengths[0]).any())
        mask = (torch.arange(audio.shape[1]) < lengths[:, None]).long() if padded else None
        frames = self._network.frames(audio, mask)
        kept = torch.arange(frames.shape[1]) < self._frames(lengths)[:, None] if padded else None
        pooled = self._network.pool(frames, kept)
        adv = self._network.head(pooled).float().numpy()
        return ordered(adv, self._axes), pooled.float().numpy()

    def _frames(self, samples: Tensor) -> Tensor:
        for kernel, stride in self._kernels:
            samples = (samples - kernel) // stride + 1
        return samples


def _joined(answers: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    adv, pooled = zip(*answers, strict=True)
    return np.concatenate(adv), np.concatenate(pooled)
