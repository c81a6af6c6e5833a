"""The teacher of the Wav2Small paper (2408.13920): audEERING's wav2vec 2.0 and the Odyssey baseline's WavLM together.

The paper does not say how the two are combined; an even mean is likely, so the weights are a parameter.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.teachers import audeering, odyssey
from engine.types import Floats, Model, TeacherSpec

PARTS = (audeering, odyssey)
SOURCES = (audeering.SOURCE, odyssey.SOURCE)
WEIGHTS = (0.5, 0.5)
NAME = "wav2small_teacher"


class Mixed:
    """Teachers' answers averaged with weights, their embeddings side by side; a `engine.types.Model`.

    Raises:
        ValueError: a weight is below 0, or all are 0.
    """

    def __init__(self, parts: tuple[Model, ...], weights: tuple[float, ...]) -> None:
        if min(weights) < 0 or not sum(weights) or len(weights) != len(parts):
            raise ValueError(f"A mixture of {len(parts)} teachers needs as many weights, none below 0, got {weights}.")
        self.name, self.window_s, self.hop_s = NAME, parts[0].window_s, parts[0].hop_s
        self._parts, self._weights = parts, [weight / sum(weights) for weight in weights]

    def predict(self, audio: Floats) -> tuple[Floats, Floats]:
        """Answer a batch; see `engine.types.Model`."""
        answers = [part.predict(audio) for part in self._parts]
        adv = sum(weight * adv for weight, (adv, _) in zip(self._weights, answers, strict=True))
        pooled = [embedding for _, embedding in answers if embedding is not None]
        return np.asarray(adv, np.float32), np.concatenate(pooled, axis=1)


def load(
    threads: int = 1,
    precision: str = "fp32",
    weights: tuple[float, float] = WEIGHTS,
    encoders: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None] = (audeering.ENCODER, None),
) -> Mixed:
    """Open both.

    Args:
        threads: of torch, in the whole process.
        precision: fp32 or bf16.
        weights: of audEERING's and of Odyssey's answers.
        encoders: as the two take them.

    Raises:
        ValueError: the weights of one are not on this machine, or are not its network's.
    """
    first, second = encoders
    parts = (audeering.load(threads, precision, first or audeering.ENCODER), odyssey.load(threads, precision, second))
    return Mixed(parts, weights)


def spec(weights: tuple[float, float] = WEIGHTS) -> TeacherSpec:
    """What the mixture is: other weights are another revision."""
    revisions = [f"{share:g} {part.SPEC.name} {part.SPEC.revision}" for share, part in zip(weights, PARTS, strict=True)]
    return TeacherSpec(
        name=NAME,
        title="Wav2Small's teacher: audEERING and Odyssey averaged",
        source=" and ".join(source.repository for source in SOURCES),
        revision=" + ".join(revisions),
        licence=", ".join(f"{source.name}: {source.licence}" for source in SOURCES),
        normalisation="each part's own",
        download_bytes=sum(source.download_bytes for source in SOURCES),
    )


def __getattr__(name: str) -> TeacherSpec:
    if name == "SPEC":  # asked anew each time, as its parts' are
        return spec()
    raise AttributeError(name)
