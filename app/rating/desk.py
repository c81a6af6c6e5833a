"""The desk: which clips wait before a rater, what the page is told of them, and what was answered lately.

Blind first: of a clip that a rater has not answered yet, nothing that tells an answer leaves here while `blind` is set.
Repeats are sent like any other clip, so nobody knows which they are.
"""

from datetime import datetime
from typing import Any

from app.rating import pictures
from app.rating.answers import told
from engine.rating.doubt import why
from engine.types import Verdict
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord, DoubtRecord, Turn
from store.turns import APART, Mixture

WANT = 12  # clips that wait
REASONS = 2  # told of a clip
MADE = APART - 1  # own answers at hand, to look at and to take back: none of them waits as a repeat
RANDOM = "Picked by chance, to see what the doubt misses."
ASKED = "You asked for it."

Plain = dict[str, Any]


def people(store: Store) -> Plain:
    """Who has rated in this library, and how many raters each clip is wanted to have."""
    return {"raters": store.corrections.raters(), "overlap": overlap(store)}


def overlap(store: Store) -> int:
    """How many raters each clip is wanted to have."""
    return int(store.choices.get("overlap", 1))


def entry(store: Store, rater: str, blind: bool) -> Plain:
    """What a rater has before them: their queue, their own answers, newest first, and how far they are."""
    mixture = Mixture(overlap=overlap(store))
    turns = store.turns.take(rater, WANT, mixture)
    made = store.corrections.recent(rater, MADE)
    clips = _clips(store, [turn.clip_id for turn in turns] + [said.clip_id for said in made])
    doubts = store.doubts.for_clips([turn.clip_id for turn in turns])
    return {
        "rater": rater,
        "blind": blind,
        "overlap": mixture.overlap,
        "queue": [_turn(turn, clips[turn.clip_id], doubts.get(turn.clip_id), blind) for turn in turns],
        "made": [_made(said, clips.get(said.clip_id)) for said in made],
        "today": store.corrections.tally(rater, _midnight()),
        "left": store.turns.left(rater, mixture),
        "clips": store.clips.count(),
    }


def look(store: Store, rater: str, blind: bool, ids: list[str]) -> Plain:
    """The pictures of clips, by id; of one that can't be drawn `error` says why. Unknown ids are passed over."""
    waiting = {turn.clip_id for turn in store.turns.waiting(rater)}
    found = {}
    for clip in _clips(store, ids).values():
        hidden = blind and not told(store, rater, clip.id, clip.id in waiting)
        try:
            found[clip.id] = pictures.picture(store, clip, hidden)
        except (ValueError, OSError) as error:
            why = str(error) if isinstance(error, ValueError) else f"The sound of {clip.name} is missing."
            found[clip.id] = {"id": clip.id, "title": pictures.called(clip, hidden), "error": why}
    return found


def history(store: Store, rater: str, blind: bool, clip_id: str) -> list[Plain]:
    """What people answered of a clip, newest first, also what was undone.

    Nothing of a clip whose answers are hidden; and of a repeat, until it is answered, nothing of the rater's own.
    """
    shown = {turn.clip_id: turn.shown for turn in store.turns.waiting(rater)}
    if blind and not told(store, rater, clip_id, clip_id in shown):
        return []
    rows = store.corrections.history(clip_id)
    undone = {row.undoes for row in rows}
    again = shown.get(clip_id) == "repeat"
    said = [row for row in rows if row.undoes is None and not (again and row.rater == rater)]
    return [_row(row) | {"undone": row.id in undone} for row in reversed(said)]


def _clips(store: Store, ids: list[str]) -> dict[str, ClipRecord]:
    return {clip.id: clip for clip in store.clips.find(ClipFilter(ids=tuple(dict.fromkeys(ids))), len(ids))}


def _turn(turn: Turn, clip: ClipRecord, doubt: DoubtRecord | None, blind: bool) -> Plain:
    said = {"random": [RANDOM], "asked": [ASKED]}.get(turn.shown) or (reasons(doubt) if doubt else [])
    return _named(clip, blind) | {"why": [] if blind else said}


def _made(said: CorrectionRecord, clip: ClipRecord | None) -> Plain:
    named = _named(clip, hidden=False) if clip else {"clip": said.clip_id, "title": "A deleted clip", "about": ""}
    return named | _row(said)


def _named(clip: ClipRecord, hidden: bool) -> Plain:
    about = " · ".join(part for part in (clip.speaker, f"{clip.duration_s:.1f} s") if part)
    return {"clip": clip.id, "title": pictures.called(clip, hidden), "about": about}


def _row(said: CorrectionRecord) -> Plain:
    verdict: Verdict = said.verdict
    return {
        "id": said.id, "token": said.token, "clip": said.clip_id, "rater": said.rater, "verdict": verdict,
        "raw": said.raw, "adv": said.adv, "blind": said.blind, "flag": said.flag, "note": said.note,
        "seconds": round(said.seconds, 1), "at": said.made_at,
    }  # fmt: skip


def reasons(doubt: DoubtRecord) -> list[str]:
    """Why a clip is doubtful, a sentence for each of the parts that say most."""
    return why(doubt.parts)[:REASONS]


def _midnight() -> float:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
