"""What a training is given where nobody says it: from how much there is to learn from, and from the machine's cores.

A small library is answered in more versions and heard more often, so that every training learns from about as many
crops: enough for the tiny students, and minutes on two cores.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import lessons
from store.db import Store

VERSIONS = 6000  # of all clips together
PASS = 16_000  # crops, about what a pass holds at most: DistilOptions.pass_s
LEARNT = 150_000  # crops, in all passes together
MOST_PROCESSES = 8  # more wait for one another


@dataclass(frozen=True)
class Defaults:
    """How much a training does."""

    versions: int  # of each clip, the plain one among them
    passes: int  # over all of them, at most
    processes: int  # of one thread each


def chosen(clips: int, cores: int) -> Defaults:
    """The defaults for so many clips to learn from on so many cores."""
    versions = _between(3, VERSIONS / max(1, clips), 24)
    passes = _between(16, LEARNT / min(PASS, max(1, clips) * versions), 60)
    return Defaults(versions, passes, _between(1, cores, MOST_PROCESSES))


def here(store: Store) -> Defaults:
    """The defaults for the library as it is, on this machine."""
    return chosen(lessons.outline(store).clips, cores())


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def complete(store: Store, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A training's arguments, with what they leave open, or state as None, filled in for the library as it is."""
    filled = here(store)
    options = {"passes": filled.passes, "processes": filled.processes} | _stated(asked.get("options"))
    reinforce = {"versions": filled.versions} | _stated(asked.get("reinforce"))
    return {**asked, "options": options, "reinforce": reinforce}


def _stated(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if value is not None}


def _between(low: int, value: float, high: int) -> int:
    return max(low, min(high, round(value)))
