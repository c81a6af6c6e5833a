"""One JSON object a line, for programs."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.labelling.rows import Line, Row, cells

SUFFIX = ".jsonl"


def accepts(path: Path) -> bool:
    """Whether it is called so."""
    return path.suffix.lower() in (".jsonl", ".ndjson")


def write(rows: Iterable[Row], path: Path) -> None:
    """Write a line a row."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(cells(row), ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def read(path: Path) -> Iterator[Line]:
    """Yield each line that is not empty."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for number, text in enumerate(file, 1):
            if text.strip():
                yield _line(number, text)


def _line(number: int, text: str) -> Line:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Line(number, {}, "it is not JSON.")
    return Line(number, found) if isinstance(found, dict) else Line(number, {}, "it is not a JSON object.")
