"""A folder with a `metadata.csv`, one row a clip: the column `file` is needed, and those of TEXTS are taken if there.

So is human_recognised_pct: what part of the listeners named the category.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.types import CorpusRow

NAME = "metadata.csv"
TEXTS = ("speaker", "sex", "language", "category", "intensity", "split", "licence")
SPLITS = ("train", "dev", "test")


def accepts(folder: Path) -> bool:
    """Whether the folder has a metadata.csv with a column `file`."""
    return (folder / NAME).is_file() and "file" in next(_lines(folder), {})


def rows(folder: Path) -> Iterator[CorpusRow]:
    """Yield one row a line; a line that names no file, or one outside the folder, is left out.

    Raises:
        ValueError: the table breaks off as CSV.
    """
    root = folder.resolve()
    for line in _lines(folder):
        if (name := line.get("file", "")) and (folder / name).resolve().is_relative_to(root):
            texts = {column: line.get(column, "") for column in TEXTS}
            texts["split"] = texts["split"] if texts["split"] in SPLITS else ""
            recognised = _part(line.get("human_recognised_pct", ""))
            yield CorpusRow(path=folder / name, corpus=root.name, recognised=recognised, **texts)


def _lines(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / NAME).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            for line in csv.DictReader(file, restkey="", restval=""):
                texts = {column: text.strip() for column, text in line.items() if column}
                yield {column: "" if text == "unlabelled" else text for column, text in texts.items()}
        except csv.Error as error:
            raise ValueError(f"{NAME} is not a CSV table ({error}); save it again as CSV.") from error


def _part(percent: str) -> float | None:
    try:
        part = float(percent) / 100
    except ValueError:
        return None
    return part if 0 <= part <= 1 else None
