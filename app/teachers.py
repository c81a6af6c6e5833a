"""What is known of each teacher before it is opened, and whether it is ready on this machine."""

from typing import Any

from engine import plugins
from engine.fetching import hub
from engine.teachers import onnx
from engine.types import TeacherSpec

FIRST = "embedded"  # what Etude brings along, in assets


def known() -> list[str]:
    """Every teacher's name, the embedded one first, one's own ONNX files last; whether or not its weights are here."""
    files = [name for name in plugins.names("teachers") if name != "onnx"]
    return sorted(files, key=lambda name: name != FIRST) + onnx.names()


def ready() -> list[str]:
    """The names of those that can answer now."""
    return [name for name in known() if _ready(name)]


def sources(name: str) -> tuple[hub.Source, ...]:
    """The checkpoints that a teacher needs; none: it comes with Etude, or is a file of one's own.

    Raises:
        ValueError: there is no such teacher.
    """
    found: tuple[hub.Source, ...] = getattr(plugins.load("teachers", name), "SOURCES", ())
    return found


def facts(name: str) -> dict[str, Any]:
    """What a person should know before choosing it; for a file of one's own with a wrong contract, `trouble` alone.

    Raises:
        ValueError: there is no such teacher.
    """
    try:
        spec: TeacherSpec = plugins.load("teachers", name).SPEC
    except ValueError as error:
        if name not in onnx.names():
            raise
        return {"name": name, "title": str(error), "licence": "not known", "trouble": str(error), "here": False}
    needed = sources(name)
    return {
        "name": name,
        "title": spec.title,
        "licence": spec.licence,
        "commercial": spec.commercial,
        "source": spec.source,
        "revision": spec.revision,
        "axes": list(spec.axes),
        "normalisation": spec.normalisation,
        "window_s": spec.window_s,
        "hop_s": spec.hop_s,
        "download_bytes": sum(source.download_bytes for source in needed if hub.find(source) is None),
        "here": _ready(name),
        "fetchable": all(source.pinned for source in needed),
    }


def how(name: str) -> str:
    """A sentence of what is missing and what to do about it; empty: nothing is.

    Raises:
        ValueError: there is no such teacher.
    """
    for source in sources(name):
        try:
            hub.where(source)
        except ValueError as error:
            return str(error)
    return ""


def _ready(name: str) -> bool:
    try:
        return all(hub.find(source) for source in sources(name))
    except ValueError:  # a file of one's own with a wrong contract
        return False
