"""Takes: sound that somebody listens to but has not kept, in a private folder, for an hour at most.

A take is named by its samples, as a clip is, so keeping it in the library does not change its name.
"""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from engine.sound.audio import AudioFacts, transcode
from engine.types import Answer, TeacherSpec

LONGEST_S = 600.0  # of a take: a person waits for the answer
KEPT_S = 3600.0
MOST = 50  # takes at a time
ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Take:
    """A sound, its file, what it is called, a sentence about it, and what teachers have said of it so far."""

    facts: AudioFacts
    path: Path
    title: str
    about: str = ""
    answers: dict[str, tuple[TeacherSpec, Answer]] = field(default_factory=dict)  # by the teacher's name

    @property
    def id(self) -> str:
        """The name that its samples give it."""
        return self.facts.id


class Takes:
    """The takes of one server. Deleting a file ends a take; nothing is written down about it elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._takes: dict[str, Take] = {}

    def add(self, sound: Path, title: str, about: str = "") -> Take:
        """Decode any sound file into a take, and let go of old ones. `sound` itself is left alone.

        Raises:
            AudioError: the file can't be heard, or lasts over ten minutes.
        """
        waiting = self.folder / uuid4().hex
        facts = transcode(sound, waiting, LONGEST_S)
        path = waiting.replace(self.folder / f"{facts.id}.flac")
        self._takes[facts.id] = take = Take(facts, path, title, about)
        path.touch()
        self.sweep()
        return take

    def get(self, take_id: str) -> Take | None:
        """The take of that name, or None when there is none or it is gone."""
        take = self._takes.get(take_id)
        return take if take is not None and take.path.exists() else None

    def sweep(self, now: float | None = None) -> None:
        """Delete what is over an hour old, and the oldest beyond fifty."""
        now = time.time() if now is None else now
        newest_first = sorted(self.folder.glob("*.flac"), key=lambda path: path.stat().st_mtime, reverse=True)
        for place, path in enumerate(newest_first):
            if place >= MOST or now - path.stat().st_mtime > KEPT_S:
                path.unlink(missing_ok=True)
                self._takes.pop(path.stem, None)
