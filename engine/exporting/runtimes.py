"""Which onnxruntime a file asks for.

A release refuses a newer opset, a newer form of the file (IR version), and types that it does not know. The tables say
since which release each is taken; they were found by opening files of one node with the releases themselves.
"""

from dataclasses import dataclass

import onnx
from onnx import TensorProto

OPSETS = {18: (1, 14), 19: (1, 15), 20: (1, 17), 21: (1, 18), 22: (1, 21), 23: (1, 23), 25: (1, 24), 26: (1, 26)}
IR_VERSIONS = {8: (1, 14), 9: (1, 15), 10: (1, 18), 11: (1, 23), 13: (1, 24)}
TYPES = {TensorProto.INT4: (1, 19), TensorProto.UINT4: (1, 19)}
NEWEST = (1, 32)  # for what the tables do not reach


@dataclass(frozen=True)
class Needs:
    """What whoever runs a file must have."""

    opset: int
    ir_version: int
    onnxruntime: str  # the oldest release that opens it, 1.14 or newer


def needs(model: onnx.ModelProto) -> Needs:
    """Read off a file what it needs."""
    opset = max(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    kept = {tensor.data_type for tensor in model.graph.initializer}
    asked = [_since(OPSETS, opset), _since(IR_VERSIONS, model.ir_version)]
    asked += [release for kind, release in TYPES.items() if kind in kept]
    return Needs(opset, model.ir_version, ".".join(map(str, max(asked))))


def _since(table: dict[int, tuple[int, int]], version: int) -> tuple[int, int]:
    return next((release for known, release in table.items() if version <= known), NEWEST)
