"""Torchvision beside a torch that its compiled part was not built for, as it is beside the CPU's torch 2.13.0.

Timm imports torchvision, and so do transformers' models wherever it is installed; that asks torch for two operators
that only the compiled part declares. Neither is ever run here, so it is enough that their schemas exist.
"""

from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import find_spec

import torch

OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def prepare() -> None:
    """Make torchvision importable; to be called before timm or a model of transformers is imported.

    Does nothing where torchvision is missing, or where its compiled part loads.
    """
    package = find_spec("torchvision")
    if package is None or hasattr(torch.ops.torchvision, OPERATORS[0]):
        return
    compiled = PathFinder.find_spec("_C", package.submodule_search_locations)
    if compiled and compiled.origin:
        with suppress(OSError):  # torchvision tries the same, and as silently
            torch.ops.load_library(compiled.origin)  # type: ignore[no-untyped-call]
    for operator in OPERATORS:
        if not hasattr(torch.ops.torchvision, operator):
            torch.library.define(f"torchvision::{operator}", SCHEMA)
