"""A teacher of somebody's own: `onnx:NAME` is NAME.onnx in the folder of teachers, with its contract NAME.json beside.

The contract is a JSON object. It must state `licence` and the order of the `axes`; it may state `title`, `source`,
`commercial`, `window_s`, `hop_s`, `precision`, and `normalisation`: `none`, or `clip` for zero mean and unit variance.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from engine import onnx_model
from engine.fetching import hub
from engine.types import AXES, Floats, TeacherSpec

MUST = ("licence", "axes")
NORMALISATIONS = {"none": "none", "clip": "each clip to zero mean and unit variance"}


def names() -> list[str]:
    """What the folder of teachers offers, sorted, each as `onnx:NAME`."""
    folder = hub.folder()
    return [] if folder is None else sorted(f"onnx:{path.stem}" for path in folder.glob("*.onnx"))


class Own:
    """One file: offers what a teacher's module offers.

    Raises:
        ValueError: there is no such file, or its contract is missing or wrong.
    """

    SOURCES: tuple[hub.Source, ...] = ()

    def __init__(self, name: str) -> None:
        folder = hub.folder()
        if folder is None:
            raise ValueError(f"Set {hub.VARIABLE} to the folder that holds {name}.onnx and its contract {name}.json.")
        self._path = folder / f"{name}.onnx"
        self._contract = _contract(self._path)
        stated = self._contract
        self.SPEC = TeacherSpec(
            name=f"onnx:{name}",
            title=stated["title"] or f"{name}, an ONNX file",
            source=str(stated.get("source") or self._path.name),
            revision=_digest(self._path, self._path.stat().st_mtime_ns),
            licence=stated["licence"],
            axes=tuple(stated["axes"]),
            window_s=float(stated["window_s"]),
            hop_s=float(stated["hop_s"]),
            precision=str(stated.get("precision") or "fp32"),
            normalisation=NORMALISATIONS[stated["normalisation"]],
            commercial=stated.get("commercial") is True,
        )

    def load(self, threads: int = 1) -> "Heard":
        """Open it.

        Raises:
            ValueError: it is not ONNX, or has other inputs and outputs.
        """
        return Heard(self._path, threads, self.SPEC.name, self._contract["normalisation"] == "clip")


class Heard(onnx_model.OnnxModel):
    """The file with its clips normalised as the contract says."""

    def __init__(self, path: Path, threads: int, name: str, normalised: bool) -> None:
        super().__init__(path, threads)
        self.name, self._normalised = name, normalised

    def predict(self, audio: Floats) -> tuple[Floats, Floats | None]:
        """Answer a batch; see `engine.types.Model`."""
        if self._normalised:
            middle, variance = audio.mean(axis=1, keepdims=True), audio.var(axis=1, keepdims=True)
            audio = ((audio - middle) / np.sqrt(variance + 1e-7)).astype(np.float32)
        return super().predict(audio)


one = Own


def _contract(path: Path) -> dict[str, Any]:
    stated = {"normalisation": "none", **onnx_model.contract(path)}
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise ValueError(
            f"The teacher {path.name} has no contract: write {beside}, with {' and '.join(MUST)} at least."
        )
    given = onnx_model.stated(beside)
    for key in MUST:
        if not given.get(key):
            raise ValueError(f"The contract {beside} does not state {key}.")
    if sorted(map(str, stated["axes"])) != sorted(AXES):
        raise ValueError(f"The contract {beside} must name the axes {', '.join(AXES)} in some order.")
    if stated["normalisation"] not in NORMALISATIONS:
        raise ValueError(f"The contract {beside} states normalisation {stated['normalisation']!r}: say none or clip.")
    return stated


@lru_cache(maxsize=32)
def _digest(path: Path, _: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
