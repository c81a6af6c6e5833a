"""A table of text, for spreadsheets: UTF-8, quoted where needed; numbers are written so that they come back exactly."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.labelling.rows import COLUMNS, Line, Row, cells

SUFFIX = ".csv"
SEPARATORS = ",;\t"


def accepts(path: Path) -> bool:
    """Whether it is called so."""
    return path.suffix.lower() in (".csv", ".tsv")


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the rows under a line of column names."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(map(cells, rows))


def read(path: Path) -> Iterator[Line]:
    """Yield each row with the number of the line on which it ends; commas, semicolons or tabs part the columns.

    Raises:
        ValueError: the table breaks off.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.readline()
        file.seek(0)
        table = csv.DictReader(file, restval="", delimiter=max(SEPARATORS, key=head.count))
        try:
            for found in table:
                fault = "it has more columns than the first line names." if None in found else ""
                yield Line(table.line_num, {name: cell for name, cell in found.items() if name}, fault)
        except csv.Error as error:
            raise ValueError(f"Line {table.line_num} is not CSV ({error}); save the table again.") from error
