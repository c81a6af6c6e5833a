"""Where Etude keeps its data: `--data DIR`, else the variable ETUDE_DATA, else the platform's folder for user data."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile

from platformdirs import user_data_path

from engine.fetching import hub

_ours = ""  # the folder of teachers that this process itself has set


def data_folder(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Choose the data folder, make it if it isn't there (readable by its owner only), and try to write in it.

    Raises:
        ValueError: it can't be made or written.
    """
    folder = point_at_teachers(given, environ)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = "choose another with --data DIR or ETUDE_DATA"
        raise ValueError(f"The data folder {folder} can't be written ({error.strerror}); {advice}.") from error
    return folder


def point_at_teachers(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Choose the data folder without making it; teachers' folders are looked for in its `teachers`.

    Unless ETUDE_TEACHERS names another place. Processes that this one starts look there too.
    """
    global _ours
    stated = given or environ.get("ETUDE_DATA")
    folder = Path(stated).expanduser().absolute() if stated else user_data_path("etude", appauthor=False)
    if os.environ.get(hub.VARIABLE, "") == _ours:
        _ours = os.environ[hub.VARIABLE] = str(folder / "teachers")
    return folder
