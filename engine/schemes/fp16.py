"""Weights in half precision: half the size, and no difference that anybody could hear."""

from pathlib import Path

from engine.exporting import packing
from engine.exporting.scheme import Given

TITLE = "fp16: weights in half precision"
NEEDS: tuple[str, ...] = ()


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`."""
    packing.pack(source, target, {})
