"""What the shipped models say of the bundled samples: `python -m tests.golden` writes it down anew."""

import json
from pathlib import Path

from app import models
from engine.labelling import listen
from engine.sound import audio, speech
from engine.types import Floats, Model
from tests.conftest import SAMPLES

PATH = Path(__file__).with_suffix(".json")


def shipped() -> list[Model]:
    students = [models.embedded_student(name) for name in models.EMBEDDED]
    return [opened.model for opened in (*map(models.teacher, models.OWN), *students)]


def heard(model: Model, samples: Floats) -> Floats:
    """A/D/V of a clip, as the product computes it: [3]."""
    return listen.clip_value(model, samples, speech.spans(samples))[0]


def values() -> dict[str, dict[str, list[float]]]:
    """A/D/V by model and clip."""
    return {
        model.name: {
            path.stem: [round(float(value), 4) for value in heard(model, audio.read(path))] for path in SAMPLES
        }
        for model in shipped()
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(values(), indent=1) + "\n")
