"""What a training is given where nobody says it: from how much there is to learn from, and from the machine's cores.

A small library is answered in more versions and heard more often, so that every training learns from about as many
crops: enough for the tiny students, and minutes on two cores. It begins with the weights of the live student where
that one has the same shape: what is already known need not be learnt again, and a few clips are enough to add to it.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app import models
from app.training import lessons
from engine.types import StudentSpec
from store.db import Store

VERSIONS = 6000  # of all clips together
PASS = 16_000  # crops, about what a pass holds at most: DistilOptions.pass_s
LEARNT = 150_000  # crops, in all passes together
ADDED = 36_000  # the same, for one that begins with what another knows
GENTLE = 1e-3  # its highest rate: a higher one makes it forget
MOST_PROCESSES = 8  # more wait for one another


@dataclass(frozen=True)
class Defaults:
    """How much a training does."""

    versions: int  # of each clip, the plain one among them
    passes: int  # over all of them, at most
    processes: int  # of one thread each


def chosen(clips: int, cores: int, begun: bool = False) -> Defaults:
    """The defaults for so many clips to learn from on so many cores; `begun`: with another student's weights."""
    versions = _between(3, VERSIONS / max(1, clips), 24)
    learnt, least, most = (ADDED, 4, 16) if begun else (LEARNT, 16, 60)
    passes = _between(least, learnt / min(PASS, max(1, clips) * versions), most)
    return Defaults(versions, passes, _between(1, cores, MOST_PROCESSES))


def here(store: Store, begun: bool = False) -> Defaults:
    """The defaults for the library as it is, on this machine."""
    return chosen(lessons.outline(store).clips, cores(), begun)


def start(store: Store, asked: Mapping[str, Any]) -> str:
    """The student whose weights a training begins with: the one that is stated, or the live one if it fits; or none."""
    if asked.get("start") is not None or asked.get("preset", "etude") != "etude":
        return asked.get("start") or ""
    wanted = StudentSpec(**{"architecture": "etude", **(asked.get("spec") or {})})
    live, teacher = models.live(store), asked.get("teacher") or models.TEACHER
    alike = asdict(models.spec(store, live)) | {"seed": 0} == asdict(wanted) | {"seed": 0}
    return live if alike and models.taught_by(store, live) == teacher else ""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def complete(store: Store, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A training's arguments, with what they leave open, or state as None, filled in for the library as it is."""
    begun = start(store, asked)
    filled = here(store, bool(begun))
    options: dict[str, Any] = {"passes": filled.passes, "processes": filled.processes}
    options |= ({"rate": GENTLE} if begun else {}) | _stated(asked.get("options"))
    reinforce = {"versions": filled.versions} | _stated(asked.get("reinforce"))
    return {**asked, "options": options, "reinforce": reinforce, "start": begun}


def _stated(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if value is not None}


def _between(low: int, value: float, high: int) -> int:
    return max(low, min(high, round(value)))
