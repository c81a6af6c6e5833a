"""An event loop of a thread of its own: the browser's tests may keep one running in the thread of all tests."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Of = TypeVar("Of")


def run(awaited: Coroutine[Any, Any, Of]) -> Of:
    """What it comes to."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, awaited).result()
