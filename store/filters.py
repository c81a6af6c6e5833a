"""Which clips, and in which order: one frozen question to the library."""

import json
from dataclasses import dataclass
from typing import Literal

from engine.types import AXES

IDS = "(SELECT value FROM json_each(?))"  # any number of ids as one parameter
NAMED = ("corpus", "speaker", "language", "category", "split")
Range = tuple[float, float]  # both ends belong to it


@dataclass(frozen=True)
class ClipFilter:
    """Which clips: all conditions together; empty means any."""

    text: str = ""  # anywhere in name, corpus, speaker or category, whatever the case
    corpus: str = ""
    speaker: str = ""
    language: str = ""
    category: str = ""
    split: str = ""
    unlabelled_by: str = ""  # a teacher's fingerprint
    ids: tuple[str, ...] | None = None  # only these, and in this order
    rater: str = ""  # who has rated the clip
    verdict: str = ""  # a standing one, of the rater or of anybody; "none": not rated
    doubt: Range | None = None
    teacher: str = ""  # whose newest answers the three axes are held to
    arousal: Range | None = None
    dominance: Range | None = None
    valence: Range | None = None
    order: Literal["newest", "doubt"] = "newest"

    @property
    def ranges(self) -> list[Range | None]:
        """Of the teacher's answer, in AXES order."""
        return [getattr(self, axis) for axis in AXES]

    @property
    def plain(self) -> bool:
        """Whether the clips' table alone can tell."""
        known = (self.text, self.rater, self.verdict, self.doubt, *self.ranges)
        return self.order == "newest" and not any(known)

    def sql(self) -> tuple[str, list[str]]:
        """The WHERE clause of what the clips' table can tell, and its values."""
        equal = {name: getattr(self, name) for name in NAMED if getattr(self, name)}
        parts, values = [f"{name} = ?" for name in equal], list(equal.values())
        if self.unlabelled_by:
            parts.append("NOT EXISTS (SELECT 1 FROM labels WHERE fingerprint = ? AND clip_id = clips.id)")
            values.append(self.unlabelled_by)
        if self.ids is not None:
            parts.append(f"id IN {IDS}")
            values.append(json.dumps(self.ids))
        return (f"WHERE {' AND '.join(parts)}" if parts else ""), values


EVERY = ClipFilter()
