"""Real clips of the corpora in a folder of their own, as a person would bring them."""

import csv
import shutil
from pathlib import Path

import numpy as np

from engine import corpora
from engine.types import CorpusRow

ACTED = ("emodb", "nemo", "ravdess")
COLUMNS = ("file", "speaker", "sex", "language", "category", "split", "licence")


def rows(shared: Path) -> list[CorpusRow]:
    """Every clip of the acted corpora, in the order of a dice."""
    found = [row for name in ACTED for row in corpora.rows(shared / "corpus" / name)]
    return [found[place] for place in np.random.default_rng(0).permutation(len(found))]


def name(row: CorpusRow) -> str:
    """What a clip is called in the folder."""
    return f"{row.corpus}-{row.path.name}"


def write(chosen: list[CorpusRow], folder: Path) -> None:
    """Copy clips into a folder, with a table that says whose they are."""
    folder.mkdir()
    with (folder / "metadata.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for row in chosen:
            shutil.copy(row.path, folder / name(row))
            table.writerow([name(row), *(getattr(row, column) for column in COLUMNS[1:])])
