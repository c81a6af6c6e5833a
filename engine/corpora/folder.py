"""Any folder: every sound file in it and below, in order of path, hidden ones left out."""

from collections.abc import Iterator
from pathlib import Path

from engine.sound.audio import SUFFIXES
from engine.types import CorpusRow


def accepts(folder: Path) -> bool:
    """Whether it is a folder at all."""
    return folder.is_dir()


def rows(folder: Path) -> Iterator[CorpusRow]:
    """Yield one row a sound file; the corpus is called as the folder is."""
    corpus = folder.resolve().name
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
            yield CorpusRow(path=path, corpus=corpus)
