"""One model over many sound files; a bad file is an answer too."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.labelling import listen
from engine.sound import audio, speech
from engine.types import AXES, SAMPLE_RATE, Model


def files(model: Model, paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Answer each file: A/D/V on 0..1, or null where nobody speaks, with seconds of speech and of sound.

    A file that can't be heard gives `file` and `error`; the rest go on.
    """
    for path in paths:
        try:
            samples = audio.read(path)
            start = time.perf_counter()
            spoken = speech.spans(samples)
            adv, _ = listen.clip_value(model, samples, spoken)
            taken_s = time.perf_counter() - start
        except ValueError as error:
            yield {"file": str(path), "error": str(error)}
            continue
        values = [None if np.isnan(value) else round(float(value), 6) for value in adv]
        yield {
            "file": str(path),
            "model": model.name,
            **dict(zip(AXES, values, strict=True)),
            "speech_s": round(sum(end - start for start, end in spoken), 3),
            "duration_s": round(len(samples) / SAMPLE_RATE, 3),
            "took_ms": round(taken_s * 1000, 1),
        }


def line(answer: dict[str, Any]) -> str:
    """The answer as a line for a person."""
    if "error" in answer:
        return f"{answer['file']}: {answer['error']}"
    if answer["speech_s"] == 0:
        return f"{answer['file']}: no speech in {answer['duration_s']:.1f} s"
    values = "  ".join(f"{axis} {answer[axis]:.2f}" for axis in AXES)
    return f"{answer['file']}: {values}  ({answer['speech_s']:.1f} s of speech, {answer['model']})"
