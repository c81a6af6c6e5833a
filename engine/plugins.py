"""A folder is a registry: `engine/teachers/NAME.py` is the teacher of that name. Listing imports nothing."""

import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent


def names(kind: str) -> list[str]:
    """Sorted names of the plug-ins in `engine/KIND`, read from the folder."""
    return sorted(path.stem for path in (ROOT / kind).glob("*.py") if path.stem != "__init__")


def load(kind: str, name: str) -> ModuleType:
    """Import one plug-in.

    Raises:
        ValueError: no such plug-in; the message names those that exist.
    """
    known = names(kind)
    if name not in known:
        raise ValueError(f"There is no {kind.rstrip('s')} called {name!r}; there are: {', '.join(known)}.")
    return importlib.import_module(f"engine.{kind}.{name}")
