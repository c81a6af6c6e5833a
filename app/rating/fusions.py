"""The methods of fusion side by side: what each would change, and how much each rater would count."""

from typing import Any

import numpy as np

from app.figures import plain
from app.rating import fused
from engine.rating import fusion
from engine.types import AXES
from store.db import Store

CHANGED = 0.005  # of an axis: less is rounding
ABOUT = {
    "mean": ("Mean", "All count alike: the likeliest answer if all err alike (Grimm & Kroschel 2005)."),
    "median": ("Median", "The middle one counts: outliers bias it least (Huber 1981). Of two it is their mean."),
    "ewe": (
        "Evaluator-weighted",
        "Each counts as far as they go along with the others, an axis at a time (Grimm & Kroschel 2005).",
    ),
}

Shown = dict[str, Any]


def compared(store: Store) -> Shown:
    """Each method beside the chosen one on the clips that several people rated, and the raters' weights."""
    chosen = fused.method(store)
    now = fused.answers(store, chosen)
    shared = [clip for clip, answer in now.items() if answer.method and answer.verdict != "reject"]
    found = fused.decided(fused.ratings(store))
    raters, said = fused.table(found, shared)
    before = _values(store, chosen, shared)
    return {
        "chosen": chosen,
        "clips": len(shared),
        "methods": [_method(store, name, chosen, shared, before) for name in fusion.METHODS],
        "weights": [
            {"rater": rater, "axes": plain(weight.astype(np.float32))}
            for rater, weight in zip(raters, fusion.weights(said), strict=True)
        ]
        if shared
        else [],
    }


def _method(store: Store, name: str, chosen: str, shared: list[str], before: fused.Doubles) -> Shown:
    apart = np.abs(_values(store, name, shared) - before)
    apart = np.where(np.isfinite(apart), apart, 0.0)
    changed = apart.max(axis=1, initial=0.0) > CHANGED
    title, about = ABOUT[name]
    return {
        "name": name,
        "title": title,
        "about": about,
        "chosen": name == chosen,
        "changed": int(changed.sum()),
        "apart": plain(apart.mean(axis=0).astype(np.float32)) if len(shared) else [0.0] * len(AXES),
        "most": plain(apart.max(axis=0, initial=0.0).astype(np.float32)),
    }


def _values(store: Store, name: str, clips: list[str]) -> fused.Doubles:
    answers = fused.answers(store, name)
    rows = [[np.nan if value is None else value for value in answers[clip].adv] for clip in clips]
    return np.array(rows, np.float64).reshape(-1, len(AXES))
