"""A folder is a registry: `engine/teachers/NAME.py` is the teacher of that name. Listing imports nothing.

A file that stands for many, as `timm` for each of timm's backbones, is asked for one as `FILE:NAME`. Where it has a
function `one`, that gives what offers the same as a file of one's own.
"""

import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent


def names(kind: str) -> list[str]:
    """Sorted names of the plug-ins in `engine/KIND`, read from the folder."""
    return sorted(path.stem for path in (ROOT / kind).glob("*.py") if path.stem != "__init__")


def load(kind: str, name: str) -> ModuleType:
    """Import one plug-in; what follows a colon is the plug-in's own affair.

    Raises:
        ValueError: no such plug-in; the message names those that exist. Or one of a file's many has to be named.
    """
    known = names(kind)
    file, _, one = name.partition(":")
    if file not in known:
        raise ValueError(f"There is no {kind.rstrip('s')} called {name!r}; there are: {', '.join(known)}.")
    module: ModuleType = importlib.import_module(f"engine.{kind}.{file}")
    if not hasattr(module, "one"):
        return module
    if not one:
        raise ValueError(f"Say which {kind.rstrip('s')} of {file} you mean, as {file}:NAME.")
    offered: ModuleType = module.one(one)
    return offered
