"""An empty store, and a way to put clips into one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.db import Store
from store.records import ClipRecord

Put = Callable[..., ClipRecord]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that all examples of a property share."""
    with Store(tmp_path_factory.mktemp("shelf")) as store:
        yield store


@pytest.fixture
def put(store: Store) -> Put:
    """Put a clip of that number into the store, with any fields of its record."""

    def put(number: int, **fields: Any) -> ClipRecord:
        plain: dict[str, Any] = {
            "id": f"{number:032x}",
            "name": f"{number}.wav",
            "duration_s": 1.0,
            "peak": 0.5,
            "rms": 0.1,
        }
        clip = ClipRecord(**plain | {"added_at": float(number)} | fields)
        with store.scratch() as file:
            file.write_bytes(b"sound %d" % number)
            store.clips.add(clip, file)
        return clip

    return put
