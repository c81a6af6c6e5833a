"""What a rater's answers become: each act that the page sends is checked, and kept with the page's own token for it.

The same token again changes nothing, so a page that does not know whether an act arrived sends it once more.
"""

import math
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app import figures, models
from engine.types import AXES, Verdict
from store.db import Store
from store.records import CorrectionRecord

POINTS = 9  # of the Self-Assessment Manikin (Bradley and Lang 1994)
LONGEST_NAME, LONGEST_NOTE = 40, 500  # characters
LONGEST_S = 3600.0  # a rater who took longer was away
REACH = 200  # own answers, the newest: a page that takes one back has only just shown it
TAUGHT = ("accept", "correct")

Plain = dict[str, Any]
Raw = tuple[int | None, int | None, int | None]


def rater(asked: object) -> str:
    """A rater's name.

    Raises:
        ValueError: it is empty, too long, or can't be shown.
    """
    name = " ".join(asked.split()) if isinstance(asked, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"Say who is rating: a name of 1 to {LONGEST_NAME} characters.")
    return name


def clip(asked: object) -> str:
    """A clip's id.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(asked, str) or not re.fullmatch("[0-9a-f]{8,64}", asked):
        raise ValueError(f"{str(asked)[:80]!r} is not a clip's id.")
    return asked


def act(store: Store, said: Plain) -> None:
    """Do what the page asks for: `act` is "decide", "undo" or "restore".

    Raises:
        ValueError: it can't be done; a sentence says why.
    """
    known: dict[str, Callable[[Store, str, Plain], object]] = {"decide": decide, "undo": undo, "restore": restore}
    do = known.get(str(said.get("act")))
    if do is None:
        raise ValueError(f"The desk knows {', '.join(known)}, and not {str(said.get('act'))[:80]!r}.")
    do(store, rater(said.get("rater")), said)


def decide(store: Store, rater: str, said: Plain) -> CorrectionRecord:
    """Keep an answer: `clip`, `verdict`, `raw` (SAM points in AXES order), `blind`, `seconds`, `flag`, `note`.

    Raises:
        ValueError: it is no answer, or there is nothing to accept.
    """
    clip_id, verdict, raw = clip(said.get("clip")), _verdict(said.get("verdict")), _raw(said.get("raw"))
    shown = {turn.clip_id: turn.shown for turn in store.turns.waiting(rater)}
    blind = said.get("blind") is True and not told(store, rater, clip_id, clip_id in shown)
    if verdict == "correct" and ((blind and None in raw) or not any(raw)):
        raise ValueError("Rate arousal, dominance and valence first." if blind else "Rate one of the axes first.")
    if verdict == "accept" and blind:
        raise ValueError("Blind, there is no answer to accept yet; rate the clip first.")
    record = CorrectionRecord(
        clip_id=clip_id,
        rater=rater,
        raw=raw if verdict == "correct" else (None, None, None),
        adv=_adv(store, clip_id, verdict, raw),
        verdict=verdict,
        blind=blind,
        seconds=_seconds(said.get("seconds")),
        note=str(said.get("note") or "").strip()[:LONGEST_NOTE],
        flag=said.get("flag") is True,
        shown=shown.get(clip_id, "asked"),
        token=_token(said.get("token")),
    )
    return store.turns.decide(record)


def undo(store: Store, rater: str, said: Plain) -> CorrectionRecord | None:
    """Take back one of the rater's own answers, `of`: its id or its token. None: it does not stand any more."""
    of = said.get("of")
    for made in store.corrections.recent(rater, REACH):
        if of and of in (made.id, made.token):
            return store.turns.undo(made.id, rater, _token(said.get("token")))
    return None


def restore(store: Store, rater: str, said: Plain) -> CorrectionRecord:
    """Say again what somebody once said of `clip`, in row `id`: as another row, for nothing is overwritten.

    Raises:
        ValueError: there is no such row.
    """
    for row in store.corrections.history(clip(said.get("clip"))):
        if row.id == said.get("id") and row.undoes is None:
            mine: dict[str, Any] = {"rater": rater, "shown": "asked", "blind": False, "seconds": 0.0}
            again = replace(row, id=0, made_at=time.time(), token=_token(said.get("token")), **mine)
            return store.turns.decide(again)
    raise ValueError("There is no such answer to restore.")


def told(store: Store, rater: str, clip_id: str, waiting: bool) -> bool:
    """Whether a rater was shown the answers of a clip: they have answered it, and it does not wait as a repeat."""
    own = [row for row in store.corrections.history(clip_id) if row.rater == rater]
    return bool(own) and own[-1].verdict in TAUGHT and (own[-1].undoes is not None or not waiting)


def _adv(store: Store, clip_id: str, verdict: Verdict, raw: Raw) -> tuple[float | None, float | None, float | None]:
    if verdict == "correct":
        arousal, dominance, valence = (None if score is None else (score - 1) / (POINTS - 1) for score in raw)
        return arousal, dominance, valence
    if verdict != "accept":
        return None, None, None
    label = store.labels.get(clip_id, models.TEACHER)
    if label is None:
        raise ValueError("No teacher has listened to this clip yet, so there is nothing to accept; rate it, or skip.")
    arousal, dominance, valence = figures.plain(label.adv, digits=6)
    return arousal, dominance, valence


def _verdict(asked: object) -> Verdict:
    known: tuple[Verdict, ...] = ("accept", "correct", "reject", "skip")
    for verdict in known:
        if asked == verdict:
            return verdict
    raise ValueError(f"An answer is one of {', '.join(known)}, not {str(asked)[:80]!r}.")


def _raw(asked: object) -> Raw:
    scores = asked if isinstance(asked, list) and len(asked) == len(AXES) else [None] * len(AXES)
    for score in scores:
        if score is not None and (type(score) is not int or not 1 <= score <= POINTS):
            raise ValueError(f"A rating is a whole number of 1 to {POINTS}.")
    arousal, dominance, valence = scores
    return arousal, dominance, valence


def _seconds(asked: object) -> float:
    given = float(asked) if isinstance(asked, int | float) else 0.0
    return min(max(given, 0.0), LONGEST_S) if math.isfinite(given) else 0.0


def _token(asked: object) -> str:
    if not isinstance(asked, str) or not re.fullmatch("[0-9A-Za-z-]{8,64}", asked):
        raise ValueError("Each act of the desk has a token of its own.")
    return asked
