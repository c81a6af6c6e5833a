"""What a list of models says of each, and the README's table made of it: `python -m app.table README.md`."""

import re
import sys
from pathlib import Path
from typing import Any

from app.models import Opened, embedded_student, teacher

BEGIN, END = "<!-- students -->", "<!-- /students -->"


def facts(opened: Opened) -> dict[str, Any]:
    """Name, title, licence, size, window and hop, and how it scored where its contract says so."""
    contract: dict[str, Any] = getattr(opened.model, "contract", {})
    return {
        "name": opened.model.name,
        "title": opened.title,
        "licence": opened.licence,
        "bytes": opened.size_bytes,
        "parameters": contract.get("parameters"),
        "window_s": opened.model.window_s,
        "hop_s": opened.model.hop_s,
        "metrics": contract.get("metrics"),
    }
