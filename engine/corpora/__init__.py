"""Where clips come from: a file here reads one kind of folder, with `accepts(folder)` and `rows(folder)`."""

from collections.abc import Iterator
from pathlib import Path

from engine import plugins
from engine.types import CorpusRow


def rows(folder: str | Path) -> Iterator[CorpusRow]:
    """List a folder's clips by the first importer that accepts it; `folder`, which accepts any, is asked last.

    Raises:
        ValueError: there is no such folder.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise ValueError(f"There is no folder {str(folder)!r}; check its name.")
    specific = [name for name in plugins.names("corpora") if name != "folder"]
    importers = (plugins.load("corpora", name) for name in [*specific, "folder"])
    found: Iterator[CorpusRow] = next(importer for importer in importers if importer.accepts(folder)).rows(folder)
    return found
