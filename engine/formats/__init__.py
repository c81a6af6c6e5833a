"""Files in which labels leave and come: a file here is one format, and names what it is for on its first line.

`accepts(path)` says whether a path looks like it, `read(path)` yields its lines. One that can be written has
`SUFFIX` (empty: it is a folder, with the clips' sound) and `write(rows, path)`. A folder may be in a .zip.
"""

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from engine import plugins
from engine.labelling.rows import Line, Row

KIND = "formats"
MOST_UNPACKED = 4 * 2**30  # bytes
ZIP = ".zip"
SUFFIXES = frozenset({".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ZIP})


def written() -> list[str]:
    """The formats in which labels can leave."""
    return [name for name in plugins.names(KIND) if hasattr(plugins.load(KIND, name), "write")]


def write(rows: Iterable[Row], path: Path, name: str = "") -> None:
    """Write rows in the format of that name, or the one that the path's suffix names; whole, or not at all.

    Raises:
        ValueError: no format is meant, a folder is already there, or the path can't be written.
    """
    form = plugins.load(KIND, name) if name else _by_suffix(path)
    if not hasattr(form, "write"):
        raise ValueError(f"{name!r} is only read, not written; there are: {', '.join(written())}.")
    try:
        with TemporaryDirectory(prefix=".", dir=path.parent) as folder:
            part = Path(folder) / "part"
            form.write(rows, part)
            if part.is_dir() and path.suffix.lower() == ZIP:
                part = Path(shutil.make_archive(f"{folder}/packed", "zip", part))
            if part.is_dir() and path.exists():
                raise ValueError(f"There is a {path} already; name a folder that is not there yet.")
            part.replace(path)
    except OSError as error:
        raise ValueError(f"{path} can't be written ({error.strerror}).") from error


@contextmanager
def opened(path: Path, name: str = "") -> Iterator[Iterator[Line]]:
    """The lines of a file or folder, there while the block lasts; what a .zip holds is unpacked until then.

    Raises:
        ValueError: there is no such file, no format fits, or it can't be read.
    """
    if not path.exists():
        raise ValueError(f"There is no {path}; check its name.")
    with TemporaryDirectory() as folder:
        held = _unpacked(path, Path(folder)) if path.suffix.lower() == ZIP else path
        form = plugins.load(KIND, name) if name else _by_looks(held)
        yield form.read(held)


def _by_suffix(path: Path) -> ModuleType:
    known = {plugins.load(KIND, name).SUFFIX: name for name in written()}
    if not path.suffix or path.suffix.lower() not in known:
        raise ValueError(f"{path.name!r} does not say in which format; name one of {', '.join(written())}.")
    return plugins.load(KIND, known[path.suffix.lower()])


def _by_looks(path: Path) -> ModuleType:
    forms = (plugins.load(KIND, name) for name in plugins.names(KIND))
    fitting = next((form for form in forms if form.accepts(path)), None)
    if fitting is None:
        raise ValueError(f"{path.name} is in none of the formats {', '.join(plugins.names(KIND))}; name the right one.")
    return fitting


def _unpacked(path: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise ValueError(
                    f"{path.name} unpacks to more than {MOST_UNPACKED / 2**30:.0f} GB; unpack it yourself."
                )
            packed.extractall(folder)  # leaves out what points outside
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise ValueError(f"{path.name} can't be unpacked ({error}); pack it again.") from error
    inside = [each for each in folder.iterdir() if each.name != "__MACOSX"]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
