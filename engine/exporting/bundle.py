"""What leaves with a student: one zip that runs without Etude, and says what it is.

`student.onnx`, `contract.json`, `card.md`, `predict.py` (onnxruntime and numpy only), and `student.h`: the same bytes
for firmware. The same student gives the same zip, byte for byte.
"""

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from engine.exporting.card import card
from engine.onnx_model import ASSETS

ROW = 20  # bytes of the file a line of the header
WRITTEN = (1980, 1, 1, 0, 0, 0)  # of every file in the zip; the earliest that the format knows
HEADER = """\
/* {title}
   sha256 {sha256}
   in:  "audio", float32 [batch, samples], {rate} Hz, mono, at any level
   out: "adv", float32 [batch, 3]: {axes}; nominally 0..1, unclipped
   licence: {licence}
   An ONNX file of opset {opset}, for onnxruntime {onnxruntime} or newer:
   CreateSessionFromArray(env, etude_student, etude_student_length, options, &session) */

#ifndef ETUDE_STUDENT_H
#define ETUDE_STUDENT_H

#if defined(__cplusplus)
#define ETUDE_ALIGNED alignas(16)
#else
#define ETUDE_ALIGNED _Alignas(16)
#endif

#define ETUDE_STUDENT_SAMPLE_RATE {rate}

static const unsigned int etude_student_length = {length};
ETUDE_ALIGNED static const unsigned char etude_student[{length}] = {{
{rows}
}};

#endif
"""


def write(file: Path, contract: dict[str, Any], target: Path) -> None:
    """Write the bundle of a student's file, whole or not at all; what was at `target` is replaced.

    Args:
        file: the ONNX file; it has passed the gate.
        contract: what is stated of it, with `gate`, the gate's report.
        target: the zip.

    Raises:
        ValueError: the contract is another file's, or the file has not passed the gate.
    """
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != contract.get("sha256"):
        raise ValueError(f"The contract is not that of {file.name}; export the student again.")
    if not contract.get("gate", {}).get("passed"):
        raise ValueError(f"{contract['name']} has not passed the gate; etude export {contract['name']} sends it there.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with zipfile.ZipFile(partial, "w") as out:
            for name, content in contents(data, stated(contract)).items():
                entry = zipfile.ZipInfo(name, WRITTEN)
                entry.external_attr = 0o644 << 16
                out.writestr(entry, content, zipfile.ZIP_DEFLATED)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def contents(data: bytes, contract: dict[str, Any]) -> dict[str, bytes]:
    """The files of a bundle by their names."""
    texts = {
        "contract.json": json.dumps(contract, indent=1) + "\n",
        "card.md": card(contract),
        "predict.py": (ASSETS / "bundle" / "predict.py").read_text("utf-8"),
        "student.h": header(data, contract),
    }
    return {"student.onnx": data, **{name: text.encode() for name, text in texts.items()}}


def stated(contract: dict[str, Any]) -> dict[str, Any]:
    """A contract with all that somebody without Etude must know to use the file."""
    return {
        **contract,
        "input": "audio: float32 [batch, samples]", "output": "adv: float32 [batch, 3]",
        "normalisation": contract.get("normalisation", "in the file: sound of any level"),
        "scale": {"low": 0.0, "high": 1.0, "clipped": False},
        "bytes": contract["gate"]["bytes"], "onnxruntime": contract["gate"]["onnxruntime"],
    }  # fmt: skip


def header(data: bytes, contract: dict[str, Any]) -> str:
    """A student's file as a C and C++ header."""
    numbers = [f"{value}," for value in range(256)]
    rows = (data[start : start + ROW] for start in range(0, len(data), ROW))
    words = {key: _comment(contract[key]) for key in ("title", "sha256", "licence", "opset", "onnxruntime")}
    return HEADER.format(
        **words, axes=_comment(", ".join(contract["axes"])), rate=contract["sample_rate"], length=len(data),
        rows="\n".join("".join(numbers[value] for value in row) for row in rows),
    )  # fmt: skip


def _comment(value: object) -> str:
    return str(value).replace("*/", "* /")
