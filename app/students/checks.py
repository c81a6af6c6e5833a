"""The gate for a file that somebody has: a student of Etude's, or any other that hears sound and answers A/D/V."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.students import holdout
from engine.exporting import gate
from engine.exporting.gate import Held
from engine.onnx_model import OnnxModel
from engine.sound.audio import SUFFIXES
from engine.training import distil, weights
from engine.training.crops import Crops
from engine.types import Floats, Model, StudentSpec


def check(file: Path, fp32: Path | None, folder: Path | None, teacher: Model, home: Path) -> dict[str, Any]:
    """Send a file through the gate; gives the report as `engine.exporting.gate.Report.plain` does.

    Args:
        file: the ONNX file.
        fp32: the same student as a float32 file; None: the trained weights beside `file`, if there are any.
        folder: of recordings to ask about; None: the sample clips.
        teacher: who answers them too.
        home: a folder for what is not kept.

    Raises:
        ValueError: the file is no such file, or nobody speaks in the folder's recordings.
    """
    model = OnnxModel(file)
    on = holdout.SAMPLES if folder is None else f"recordings in {folder}"
    heard = holdout.samples(teacher, home) if folder is None else holdout.recordings(sounds(folder), teacher, home)
    clips = gate.some(heard)
    full = _full(model, clips) if fp32 is None else _answers(OnnxModel(fp32), clips)
    return gate.check(file, Held(clips, on, full), fp32).plain()


def sounds(folder: Path) -> Iterator[Path]:
    """The sound files in a folder and those in it, by name.

    Raises:
        ValueError: there is no such folder.
    """
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}; give one with recordings.")
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)


def _full(model: OnnxModel, clips: Crops) -> Floats | None:
    beside, spec = model.path.with_suffix(weights.SUFFIX), model.contract.get("spec")
    if not spec or not beside.is_file():
        return None
    return distil.answers(weights.load(StudentSpec(**spec), beside), clips)


def _answers(model: OnnxModel, clips: Crops) -> Floats:
    return np.concatenate([model.predict(clips.clip(row)[None])[0] for row in range(len(clips))])
