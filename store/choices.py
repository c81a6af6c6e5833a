"""What everybody who uses one library shares: a value under a name."""

import json
from typing import Any

from store.connections import Connections


class Choices:
    """The choices of one store; values are JSON."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, name: str, default: Any = None) -> Any:
        """What was chosen last, or the default."""
        rows = self._connections.query("SELECT value FROM choices WHERE name = ?", name)
        return json.loads(rows[0]["value"]) if rows else default

    def set(self, name: str, value: Any) -> None:
        """Choose."""
        self._connections.execute("INSERT OR REPLACE INTO choices VALUES (?, ?)", name, json.dumps(value))
