"""audEERING's database format: a folder with `db.yaml`, tables and sound. Needs the extra `etude[audformat]`.

Tables: `clips`, what is known of each file; `labels.0` and so on, what a teacher of one fingerprint says of each;
`corrections`, every answer of people and every undo. Of others' databases every filewise table is read.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.labelling.rows import COLUMNS, Cells, Line, Row, cells

if TYPE_CHECKING:
    import audformat
    import pandas as pd

SUFFIX = ""
SOUND = "audio"
SCHEMES = {str: "str", bool: "bool", float | None: "float", int | None: "int"}
KNOWN = ("name", "corpus", "speaker", "sex", "language", "category", "split", "licence", "duration_s")
TABLES = {"clips": "clip", "labels": "label", "corrections": "correction"}


def accepts(path: Path) -> bool:
    """Whether it is a folder with a db.yaml."""
    return (path / "db.yaml").is_file()


def write(rows: Iterable[Row], path: Path) -> None:
    """Write the database.

    Raises:
        ValueError: audformat is not installed.
    """
    audformat = _audformat()
    import pandas as pd

    tables = defaultdict[str, list[Cells]](list)
    teachers = dict[tuple[str, str], str]()
    (path / SOUND).mkdir(parents=True)
    for row in rows:
        file = f"{SOUND}/{row.clip_id}.flac"
        table = "corrections" if row.kind == "correction" else "clips"
        if row.kind == "label":
            table = teachers.setdefault((row.by, row.fingerprint), f"labels.{len(teachers)}")
        elif row.kind == "clip" and row.sound:
            shutil.copyfile(row.sound, path / file)
        tables[table].append({"file": file, **cells(row)})
    database = audformat.Database("etude", description="Arousal, dominance and valence, 0 to 1.")
    for dtype in SCHEMES.values():
        database.schemes[dtype] = audformat.Scheme(dtype)
    for table, entries in tables.items():
        _add(database, table, pd.DataFrame(entries))
    database.save(path, storage_format="parquet")


def read(path: Path) -> Iterator[Line]:
    """Yield the rows of a database of ours, or each file of each filewise table of another.

    Raises:
        ValueError: audformat is not installed, or it is no such database.
    """
    audformat = _audformat()
    try:
        database = audformat.Database.load(str(path))
        tables = {name: database[name].df.reset_index() for name in [*database.tables, *database.misc_tables]}
    except Exception as error:  # whatever its parsers raise
        raise ValueError(f"{path.name} can't be read as audformat ({type(error).__name__}: {error}).") from error
    for name, frame in tables.items():
        if "file" in frame and "start" not in frame:  # a stretch is no clip
            yield from _lines(frame, name, path)


def _add(database: "audformat.Database", name: str, frame: "pd.DataFrame") -> None:
    import audformat

    told = ("clip_id", *KNOWN) if name == "clips" else [column for column in COLUMNS if column not in KNOWN]
    if name == "corrections":
        frame = frame.set_index("id")
        frame.index = frame.index.astype("Int64")
        database[name] = audformat.MiscTable(frame.index)
    else:
        database[name] = audformat.Table(audformat.filewise_index(frame["file"].tolist()))
        frame = frame.drop(columns=["file", "id"])
    for column in [each for each in frame if each in told or each == "file"]:
        database[name][column] = audformat.Column(scheme_id=SCHEMES.get(COLUMNS.get(column, str), "str"))
        database[name][column].set(frame[column].tolist())


def _lines(frame: "pd.DataFrame", table: str, root: Path) -> Iterator[Line]:
    frame = frame.astype(object).where(frame.notna(), None)
    kind = TABLES.get(table.partition(".")[0]) if "clip_id" in frame else None
    for number, found in enumerate(frame.to_dict("records"), 1):
        sound = root / str(found["file"])
        brought = {"sound": sound} if sound.resolve().is_relative_to(root.resolve()) and sound.is_file() else {}
        yield Line(number, {**found, **({"kind": kind} if kind else {}), **brought})


def _audformat() -> Any:
    try:
        import audformat
    except ModuleNotFoundError:
        raise ValueError("audformat is not installed; say: pip install 'etude[audformat]'") from None
    return audformat
