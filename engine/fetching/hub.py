"""Where a public teacher's weights lie: in a folder, or in the hub's cache at one pinned revision. Nothing is fetched
unless somebody asked for it.

The variable ETUDE_TEACHERS names a folder with a sub-folder for each teacher; what lies there comes before the cache.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

VARIABLE = "ETUDE_TEACHERS"
WEIGHTS, CONFIG = "model.safetensors", "config.json"
REVISION = 40  # hex digits of a commit, or of a local file's SHA-256
UNPINNED = "no commit is known"


@dataclass(frozen=True)
class Source:
    """A checkpoint: two files of a repository on the Hugging Face hub."""

    name: str  # of the teacher, and of its sub-folder
    repository: str
    revision: str  # a commit, 40 hex digits; UNPINNED: it has to come from a folder
    licence: str
    download_bytes: int
    files: tuple[str, ...] = (WEIGHTS, CONFIG)

    @property
    def pinned(self) -> bool:
        """Whether it can be fetched: a branch may move, a commit does not."""
        return self.revision != UNPINNED


def folder() -> Path | None:
    """The folder of all teachers, or None where the variable is not set."""
    stated = os.environ.get(VARIABLE, "").strip()
    return Path(stated).expanduser() if stated else None


def find(source: Source) -> Path | None:
    """The folder that holds the files; None: they are not here, or not all of them."""
    with suppress(ValueError):
        return where(source)
    return None


def where(source: Source) -> Path:
    """The folder that holds the files.

    Raises:
        ValueError: they are not here; the message says what to fetch, how large it is, under which licence, and how to
            point Etude at a folder. Or the folder lacks one of them.
    """
    root = folder()
    if root is not None and (root / source.name).exists():
        return _checked(root / source.name, source)
    cached = _cached(source)
    if cached is None:
        raise ValueError(_missing(source, root))
    return cached


def revision(source: Source) -> str:
    """Which weights these are: the pinned commit, or of a folder's files the first 40 digits of their SHA-256."""
    here = find(source)
    root = folder()
    if here is None or root is None or here != root / source.name:
        return source.revision
    stats = [(here / name).stat() for name in source.files]
    return _digest(here, source.files, tuple((stat.st_size, stat.st_mtime_ns) for stat in stats))


def fetch(source: Source, told: Callable[[int], None], endpoint: str | None = None) -> Path:
    """Download the files into the hub's cache, at the pinned revision and no other; gives their folder.

    Args:
        source: what to fetch.
        told: is called with the bytes that have come so far.
        endpoint: another server that speaks the hub's language.

    Raises:
        ValueError: it is not pinned, or can't be reached; what has come is kept for a next time.
    """
    if not source.pinned:
        raise ValueError(_missing(source, folder()))
    from huggingface_hub import hf_hub_download
    from tqdm import tqdm

    came = 0

    class Counted(tqdm):  # type: ignore[misc]  # the hub tells its progress to a bar, of which none is drawn
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": True})
            self.update(kwargs.get("initial") or 0)  # what an earlier try has left

        def update(self, n: float | None = 1) -> bool | None:
            nonlocal came
            came += int(n or 0)
            told(came)
            return None

    paths = []
    for name in sorted(source.files, key=lambda name: name == WEIGHTS):  # the small one tells of errors sooner
        try:
            path = hf_hub_download(
                source.repository, name, revision=source.revision, token=False, tqdm_class=Counted, endpoint=endpoint
            )
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{name} of {source.repository} at {source.revision[:12]} could not be fetched: "
                f"{str(error).splitlines()[0]} Try again where there is a network; what has come is kept."
            ) from error
        paths.append(Path(path))
    return paths[0].parent


def check_room(count: int) -> None:
    """Refuse a download that the disk has no room for, before it fails halfway.

    Raises:
        ValueError: there is less room than so many bytes.
    """
    from huggingface_hub import constants

    place = Path(constants.HF_HUB_CACHE)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < count:
        raise ValueError(f"The disk of {place} has {size(free)} left, and this needs {size(count)}; make room.")


def size(count: int) -> str:
    """Bytes, in words."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _cached(source: Source) -> Path | None:
    if not source.pinned:
        return None
    from huggingface_hub import try_to_load_from_cache

    paths = [try_to_load_from_cache(source.repository, name, revision=source.revision) for name in source.files]
    found = [Path(path) for path in paths if isinstance(path, str)]
    return found[0].parent if len(found) == len(source.files) else None


def _checked(here: Path, source: Source) -> Path:
    for name in source.files:
        if not (here / name).is_file():
            only = " Only pytorch_model.bin is there, which may hold code: Etude reads safetensors."
            told = only if name == WEIGHTS and (here / "pytorch_model.bin").is_file() else ""
            raise ValueError(f"The folder {here} holds no {name}, which the teacher {source.name} needs.{told}")
    return here


def _missing(source: Source, root: Path | None) -> str:
    place = f"{root / source.name}" if root else f"DIR/{source.name} and set {VARIABLE}=DIR"
    gone = f" The folder of teachers is {root}, which is not there." if root is not None and not root.is_dir() else ""
    other = f" ({VARIABLE} names another folder)" if root else ""
    own = f"put {' and '.join(source.files)} into {place}{other}"
    how = f"Fetch them with `etude fetch {source.name}`, or {own}" if source.pinned else f"To use it, {own}"
    at = f"revision {source.revision}" if source.pinned else f"{UNPINNED}, so Etude does not fetch it"
    return (
        f"The weights of the teacher {source.name} are not on this machine.{gone} They are "
        f"{size(source.download_bytes)} from {source.repository} on the Hugging Face hub ({at}), under "
        f"{source.licence}. {how}."
    )


@lru_cache(maxsize=16)
def _digest(here: Path, names: tuple[str, ...], _: tuple[tuple[int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        with (here / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:REVISION]
