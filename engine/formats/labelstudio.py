"""Label Studio's JSON export, read only: ratings, numbers and choices, by the names that the project gave them.

Both its full form (tasks with annotations) and JSON-MIN (a flat object a task) are understood.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from engine.labelling.rows import Cells, Line

HASH = re.compile(r"^[0-9a-f]{8}-")  # put before the name of what is uploaded
SOUND = re.compile(r"\.(wav|flac|mp3|ogg|oga|opus|m4a|aac|aiff?|webm|mp4)\b", re.IGNORECASE)


def accepts(path: Path) -> bool:
    """Whether it is called so."""
    return path.suffix.lower() == ".json"


def read(path: Path) -> Iterator[Line]:
    """Yield a line for each annotation that was not cancelled, with the number of its task.

    Raises:
        ValueError: it is not an export of Label Studio's.
    """
    try:
        tasks = json.loads(path.read_text("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        tasks = None
    if not isinstance(tasks, list):
        raise ValueError(f"{path.name} is no export of Label Studio's: that is a JSON list of tasks.")
    for number, task in enumerate(tasks, 1):
        if not isinstance(task, dict):
            yield Line(number, {}, "it is not a task.")
        elif not isinstance(task.get("annotations"), list):
            yield Line(number, {**_flat(task), **_facts(task, task)})
        else:
            for said in task["annotations"]:
                if isinstance(said, dict) and not said.get("was_cancelled"):
                    yield Line(number, {**_results(said), **_facts(said, task.get("data"))})


def _facts(said: dict[str, Any], data: object) -> Cells:
    seconds = said.get("lead_time")
    return {
        "file": _file(data),
        "rater": _rater(said.get("completed_by", said.get("annotator"))),
        "seconds": seconds if isinstance(seconds, int | float) else None,
        "made_at": _time(said.get("created_at")),
    }


def _results(said: dict[str, Any]) -> Cells:
    results = said.get("result")
    answers = [each for each in results if isinstance(each, dict)] if isinstance(results, list) else []
    return {str(each.get("from_name")): _value(each.get("value")) for each in answers}


def _flat(task: dict[str, Any]) -> Cells:
    return {name: _value(cell) for name, cell in task.items()}


def _value(said: object) -> object:
    """A number, or the one word that was chosen."""
    while isinstance(said, dict):
        said = next((said[name] for name in ("rating", "number", "choices", "text") if name in said), None)
    return said[0] if isinstance(said, list) and len(said) == 1 else said


def _file(data: object) -> str:
    """What the sound was called before it was uploaded: the first text of a task's data that names a sound."""
    texts = [text for text in data.values() if isinstance(text, str)] if isinstance(data, dict) else []
    named = next((text for text in texts if SOUND.search(text)), "")
    address = urlsplit(named) if "://" in named or named.startswith("/data/") else None
    path = unquote(parse_qs(address.query).get("d", [address.path])[0]) if address else named
    name = PurePosixPath(path).name
    return str(PurePosixPath(path).with_name(HASH.sub("", name))) if name else ""


def _rater(said: object) -> str:
    if isinstance(said, dict):
        said = said.get("email") or said.get("id")
    return "" if said is None else f"Label Studio {said}" if isinstance(said, int) else str(said)


def _time(said: object) -> float | None:
    try:
        return datetime.fromisoformat(str(said)).timestamp()
    except ValueError:
        return None
