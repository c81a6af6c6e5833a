"""A Hugging Face dataset: a folder with `metadata.jsonl` and sound, as `load_dataset("audiofolder")` reads it.

One object a clip: its file, what is known of it, and lists of labels and of corrections. Others' datasets are read
with metadata as CSV or Parquet too, or with Parquet alone.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from engine.formats import csv, jsonl, parquet
from engine.labelling.rows import Cells, Line, Row, cells

SUFFIX = ""
NAME = "metadata.jsonl"
SOUND = "audio"  # the folder of the clips
KNOWN = ("clip_id", "name", "corpus", "speaker", "sex", "language", "category", "split", "licence", "duration_s")
LISTS = {"label": "labels", "correction": "corrections"}
TABLES = {".jsonl": jsonl, ".csv": csv, ".parquet": parquet}


def accepts(path: Path) -> bool:
    """Whether it is a folder with such metadata, or with Parquet."""
    return path.is_dir() and bool(_tables(path))


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the folder; the rows of a clip stand beside one another. A clip that can't be heard has no file."""
    (path / SOUND).mkdir(parents=True)
    with (path / NAME).open("w", encoding="utf-8", newline="\n") as file:
        for _, of_clip in groupby(rows, lambda row: row.clip_id):
            said = list(of_clip)
            entry = {"file_name": _copied(said[0], path), **{name: cells(said[0])[name] for name in KNOWN}}
            for kind, name in LISTS.items():
                entry[name] = [_rest(row) for row in said if row.kind == kind]
            file.write(json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n")


def read(path: Path) -> Iterator[Line]:
    """Yield a line a clip, and one for each of its labels and corrections.

    Raises:
        ValueError: there is no metadata, or it can't be read.
    """
    tables = _tables(path)
    if not tables:
        raise ValueError(f"{path.name} holds neither metadata.jsonl, metadata.csv nor Parquet.")
    for table in tables:
        for line in TABLES[table.suffix.lower()].read(table):
            yield from _lines(line, table.parent, path)


def _tables(path: Path) -> list[Path]:
    named = [found for suffix in TABLES for found in path.rglob(f"metadata{suffix}")]
    return sorted(named or path.rglob("*.parquet"))


def _copied(row: Row, folder: Path) -> str | None:
    if row.sound is None:
        return None
    name = f"{SOUND}/{row.clip_id}{row.sound.suffix}"
    shutil.copyfile(row.sound, folder / name)
    return name


def _rest(row: Row) -> Cells:
    return {name: cell for name, cell in cells(row).items() if name not in KNOWN and name != "kind"}


def _lines(line: Line, folder: Path, root: Path) -> Iterator[Line]:
    found = {name: _file(cell) for name, cell in line.cells.items()}
    if sound := _sound(found, folder, root):
        found["sound"] = sound
    if not found.keys() >= {"clip_id", *LISTS.values()}:
        yield Line(line.number, found, line.fault)
        return
    clip = {name: found[name] for name in (*KNOWN, "sound") if name in found}
    yield Line(line.number, clip | {"kind": "clip"})
    for kind, said in chain.from_iterable(((kind, said) for said in _list(found[LISTS[kind]])) for kind in LISTS):
        yield Line(line.number, {**said, **clip, "kind": kind})


def _list(cell: object) -> list[dict[str, Any]]:
    return [each for each in cell if isinstance(each, dict)] if isinstance(cell, list) else []


def _file(cell: object) -> object:
    return cell.get("path") if isinstance(cell, dict) and "path" in cell else cell  # `Audio` in Parquet


def _sound(found: Cells, folder: Path, root: Path) -> Path | None:
    name = found.get("file_name")
    path = folder / name if isinstance(name, str) and name else None
    return path if path and path.resolve().is_relative_to(root.resolve()) and path.is_file() else None
