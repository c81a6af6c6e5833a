"""A teacher or student in an ONNX file, run by onnxruntime alone.

Beside `NAME.onnx` lies `NAME.json`, its contract: what it hears, what it answers, its licence, how it scored.
A file without a contract is taken for a student that hears 16 kHz and answers in AXES order.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from engine import saturation
from engine.types import AXES, SAMPLE_RATE, Floats, TeacherSpec, ordered

ASSETS = Path(__file__).parent.parent / "assets"
DEFAULTS: dict[str, Any] = {
    "sample_rate": SAMPLE_RATE, "axes": list(AXES), "window_s": 2.0, "hop_s": 0.25, "licence": "not stated",
    "title": "", "parameters": None,
}  # fmt: skip


def contract(path: Path) -> dict[str, Any]:
    """The file's contract, completed by defaults.

    Raises:
        ValueError: there is no such ONNX file, or its contract is not a JSON object.
    """
    if not path.is_file():
        raise ValueError(f"There is no model file {path}; give the path of an .onnx file.")
    beside = path.with_suffix(".json")
    return {"name": path.stem, **DEFAULTS, **stated(beside), "bytes": path.stat().st_size}


def stated(beside: Path) -> dict[str, Any]:
    """What a contract itself states; nothing if there is none.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        found = json.loads(beside.read_text()) if beside.is_file() else {}
    except ValueError as error:
        raise ValueError(f"The contract {beside} is not valid JSON: {error}.") from error
    if not isinstance(found, dict):
        raise ValueError(f"The contract {beside} is not a JSON object.")
    return found


def teacher_spec(name: str, path: Path, commercial: bool = False) -> TeacherSpec:
    """What the contract of a teacher that comes with Etude says of it.

    Raises:
        ValueError: as of `contract`.
    """
    stated = contract(path)
    known = {key: stated[key] for key in ("title", "source", "licence", "window_s", "hop_s", "precision")}
    return TeacherSpec(name=name, revision=stated["sha256"], commercial=commercial, **known)


def session(model: str | bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """A file's path, or what a file would hold, opened on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class OnnxModel:
    """A `engine.types.Model` on onnxruntime's CPU.

    Args:
        path: the .onnx file; input `audio` [B, T], first output A/D/V [B, 3], a second one the embedding.
        threads: of this model; one each lets several processes share a machine.

    Raises:
        ValueError: the file is missing, is not ONNX, or has other inputs and outputs.
    """

    def __init__(self, path: Path | str, threads: int = 1) -> None:
        self.path = Path(path)
        self.contract = contract(self.path)
        self.name: str = self.contract["name"]
        self.window_s: float = self.contract["window_s"]
        self.hop_s: float = self.contract["hop_s"]
        if self.contract["sample_rate"] != SAMPLE_RATE:
            raise ValueError(f"{self.path.name} hears {self.contract['sample_rate']} Hz; Etude gives {SAMPLE_RATE} Hz.")
        try:
            exact = saturation.unsigned(self.path) if saturation.here() else None
            self._session = session(exact or str(self.path), threads)
        except Exception as error:  # onnxruntime has no common class for its errors
            raise ValueError(f"{self.path.name} is not a model that onnxruntime can run.") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 2 or not outputs or outputs[0].shape[-1:] != [len(AXES)]:
            raise ValueError(f"{self.path.name} does not take audio [batch, samples] and give A/D/V [batch, 3].")
        self._input: str = inputs[0].name
        self._embeds = len(outputs) > 1 and outputs[1].name == "embedding"

    def predict(self, audio: Floats) -> tuple[Floats, Floats | None]:
        """Answer a batch; see `engine.types.Model`."""
        # a row at a time: 8-bit activations share one scale a call, and on a CPU a batch is no faster
        rows = [self._session.run(None, {self._input: row[None]}) for row in audio]
        adv = ordered(np.concatenate([answers[0] for answers in rows]), self.contract["axes"])
        return adv, np.concatenate([answers[1] for answers in rows]) if self._embeds else None
