"""Free voices that Debian's packages ship: game dialogue, telephone prompts, words read to children.

Unlabelled, in a dozen languages, some of it acted: the teacher's answers are the labels. Fetched with `apt-get
download`, unpacked without installing; on a system without it these voices are left out, and the card says so.
"""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from engine import corpora
from engine.types import CorpusRow

LICENCES = {
    "fillets-ng-data": "GPL-2+", "fillets-ng-data-cs": "GPL-2+", "fillets-ng-data-nl": "GPL-2+",
    "tuxpaint-stamps-default": "GPL-2+", "asterisk-core-sounds-en-wav": "CC BY-SA 3.0",
    "asterisk-core-sounds-es-wav": "CC BY-SA 3.0", "asterisk-core-sounds-fr-wav": "CC BY-SA 3.0",
    "asterisk-core-sounds-it-wav": "CC BY-SA 3.0", "asterisk-core-sounds-ru-wav": "CC BY-SA 3.0",
}  # fmt: skip
NAMES = tuple(LICENCES)
LEAST_BYTES = 6_000  # shorter files are single syllables


def rows(folder: Path) -> list[CorpusRow]:
    """Every file of speech in the packages, unpacked into `folder` on first use; nothing without `apt-get`."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        print("left out the voices of Debian's packages: there is no apt-get here")
        return []
    found: list[CorpusRow] = []
    for name, licence in LICENCES.items():
        fetch(name, folder)
        found += [replace(row, corpus=name, licence=licence) for row in corpora.rows(folder / name) if spoken(row.path)]
    return found


def fetch(name: str, folder: Path) -> None:
    """Download one package and unpack it into `folder/name`, unless it is there.

    Raises:
        ValueError: it can't be downloaded.
    """
    if (folder / name).is_dir():
        return
    partial = folder / f".{name}"
    partial.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "download", "-qq", name], cwd=partial, check=True, capture_output=True)
        (package,) = partial.glob("*.deb")
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=partial, check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise ValueError(f"Debian's package {name} can't be fetched; run apt-get update first.") from error
    package.unlink()
    partial.rename(folder / name)


def spoken(path: Path) -> bool:
    """Whether a file is speech by its place and size: Tux Paint's stamps have noises too, games have music."""
    place = path.as_posix()
    if "tuxpaint" in place and "_desc" not in path.name:
        return False
    return "/music/" not in place and path.stat().st_size >= LEAST_BYTES
