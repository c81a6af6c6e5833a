"""Which clip somebody else's table means: by its id, by its sound, or by what the table calls it."""

from collections import defaultdict
from pathlib import PurePosixPath

from app.library.exchange import FACTS
from engine.labelling.rows import Row
from engine.sound import audio
from store.db import Store
from store.records import ClipRecord

Parts = tuple[str, ...]
NOT_HERE = "this clip is not in the library; import its sound first."


class Finder:
    """Finds clips of one library as it is now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._called: dict[str, list[tuple[str, Parts]]] | None = None
        self.taken = 0  # clips that came in with their sound

    def find(self, row: Row) -> str:
        """The id of the clip that a row speaks of; one that brings its sound is taken into the library.

        Raises:
            ValueError: it is not in the library, or its name is that of several clips.
        """
        if row.clip_id and self._store.clips.get(row.clip_id):
            return row.clip_id
        if row.sound:
            return self._take_in(row)
        if row.clip_id or not row.name:
            raise ValueError(NOT_HERE)
        return self._by_name(row.name)

    def _take_in(self, row: Row) -> str:
        assert row.sound is not None
        with self._store.scratch() as flac:
            heard = audio.transcode(row.sound, flac)
            told = {name: getattr(row, name) for name in FACTS} | {"name": row.name or row.sound.name}
            clip = ClipRecord(
                **told | {"duration_s": heard.duration_s},
                id=heard.id,
                peak=heard.peak,
                rms=heard.rms,
                source=str(row.sound),
            )
            self.taken += self._store.clips.add(clip, flac)
        return heard.id

    def _by_name(self, name: str) -> str:
        """The clip whose name or path ends most like this; an ending such as .wav does not count, where it differs."""
        asked = _parts(name)
        known = self._all().get(asked[-1], [])
        alike = {clip_id: 0 for clip_id, _ in known}
        for clip_id, parts in known:
            alike[clip_id] = max(alike[clip_id], _shared(asked, parts))
        best = [clip_id for clip_id, shared in alike.items() if shared == max(alike.values())]
        if not best:
            raise ValueError(f"{name[:120]}: {NOT_HERE}")
        if len(best) > 1:
            raise ValueError(f"{name[:120]} is the name of {len(best)} clips; say more of its path.")
        return best[0]

    def _all(self) -> dict[str, list[tuple[str, Parts]]]:
        if self._called is None:
            self._called = defaultdict(list)
            for clip in self._store.clips.find(limit=-1):
                for parts in {_parts(clip.name), _parts(clip.source or clip.name)}:
                    self._called[parts[-1]].append((clip.id, parts))
        return self._called


def _parts(name: str) -> Parts:
    path = PurePosixPath(name.replace("\\", "/"))
    plain = path.with_suffix("") if path.suffix.lower() in audio.SUFFIXES else path
    return tuple(part for part in plain.parts if part not in ("/", ".", "..")) or ("",)


def _shared(asked: Parts, parts: Parts) -> int:
    pairs = zip(reversed(asked), reversed(parts), strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(asked), len(parts)))
