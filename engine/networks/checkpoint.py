"""Opens a checkpoint of somebody else's into a network of ours, or says in a sentence why these do not fit.

Nothing is ever drawn at random: the network is made without values, and every value comes from the file.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.types import AXES

UNUSED = "masked_spec_embed"  # used in training alone; some files have it, some do not
SHOWN = 3  # keys that a message names

N = TypeVar("N", bound=nn.Module)


def config(path: Path) -> dict[str, Any]:
    """What a config.json states.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(stated, dict):
        raise ValueError(f"{path} is not a JSON object.")
    return stated


def check(stated: Mapping[str, Any], expected: Mapping[str, Any], path: Path) -> None:
    """Refuse another network than the one that is expected, before its weights are looked at.

    Raises:
        ValueError: the first value that differs.
    """
    for key, value in expected.items():
        if stated.get(key) != value:
            raise ValueError(f"{path} states {key} = {stated.get(key)!r}; this teacher has {value!r}.")


def number(stated: Mapping[str, Any], key: str, path: Path) -> float:
    """A number that the config must state.

    Raises:
        ValueError: it does not.
    """
    value = stated.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{path} must state {key} as a number; it has {value!r}.")
    return float(value)


def labels(stated: Mapping[str, Any], path: Path) -> tuple[str, str, str]:
    """The axes in the order in which the network answers, from `id2label`.

    Raises:
        ValueError: they are not arousal, dominance and valence.
    """
    known = stated.get("id2label") or {}
    try:
        names = tuple(str(known[key]).lower() for key in sorted(known, key=int))
    except (TypeError, ValueError, AttributeError):
        names = ()
    if sorted(names) != sorted(AXES):
        raise ValueError(f"{path} must name the outputs {', '.join(AXES)} in id2label; it has {known!r}.")
    return names[0], names[1], names[2]


def network(
    make: Callable[[], N], path: Path, prepare: Callable[[dict[str, Tensor]], dict[str, Tensor]] = lambda state: state
) -> N:
    """A network in evaluation mode, in float32, with every value from a safetensors file.

    Args:
        make: makes it; is called where tensors have no values.
        path: the file.
        prepare: what has to happen to the file's tensors first.

    Raises:
        ValueError: the file is damaged, or a key is missing, unexpected, or of another shape.
    """
    try:
        state = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} is not a whole safetensors file; fetch it again.") from error
    state = {key: value.float() for key, value in state.items() if not key.endswith(UNUSED)}
    with torch.device("meta"):
        made = make()
    try:
        found = made.load_state_dict(prepare(state), strict=False, assign=True)
    except RuntimeError as error:  # torch's word for other shapes
        told = [line.strip() for line in str(error).splitlines()[1:]]
        raise ValueError(f"{path} does not fit this teacher: {' '.join(told[:SHOWN])}") from error
    for what, keys in (("lacks", found.missing_keys), ("has unexpected", found.unexpected_keys)):
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            raise ValueError(f"{path} does not fit this teacher: it {what} {', '.join(keys[:SHOWN])}{more}.")
    _plain(made)
    return made.eval().requires_grad_(False)


def _plain(made: nn.Module) -> None:
    """Multiply out norms of weights, once instead of at each call, and before anything is rounded to 16 bits."""
    for module in list(made.modules()):
        if parametrize.is_parametrized(module, "weight"):
            parametrize.remove_parametrizations(module, "weight")
