"""A trained student's weights in a file that no program can hide in: safetensors, float32, without its optimiser."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.networks.network import Network
from engine.training import distil
from engine.types import StudentSpec

SUFFIX = ".safetensors"


def save(student: Network, path: Path) -> None:
    """Write a student's weights; the file is whole or not there."""
    partial = path.with_suffix(".partial")
    save_file({name: each.detach().cpu().contiguous() for name, each in student.state_dict().items()}, partial)
    partial.replace(path)


def load(spec: StudentSpec, path: Path) -> Network:
    """The trained student of a spec, on the CPU, in evaluation mode.

    Raises:
        ValueError: the file is missing, is damaged, or holds the weights of another network.
    """
    if not path.is_file():
        raise ValueError(f"The trained weights {path} are missing; without them a student can only be used as it is.")
    student = distil.build(spec)
    try:
        student.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        raise ValueError(f"{path.name} does not hold the weights of a student {spec.architecture}.") from error
    return student.eval()
