"""The Raters tab: how far people agree, who drifts, what they disagree on, how answers are fused, and whether it pays.

The components' values are pictures of the store. They are computed only once the tab was opened, and anew when the
store has changed: who never looks costs nothing.
"""

import time
from typing import Any

import gradio as gr

from app.front import front, told
from app.rating import fused, rated, raters
from app.tabs import library
from app.training.trainings import GOING
from store.db import Store

TICK_S = 1.0
REST = 10  # times as long as the statistics took, before they are computed again for somebody who only looks

Shown = dict[str, Any]


def now(store: Store) -> Shown:
    """What is drawn of the raters, and the job that asks the student, if one goes on."""
    jobs = [job for job in store.jobs.list(1, rated.KIND) if job.state in GOING]
    return {**raters.report(store), "asking": round(jobs[0].progress, 3) if jobs else None}


def choose(store: Store, name: object) -> str:
    """Choose how answers are fused; gives a sentence if that can't be, and nothing if it is."""
    try:
        fused.choose(store, str(name)[:80])
    except ValueError as error:
        return str(error)
    return ""


def build(store: Store, tab: gr.Tab) -> None:
    """Wire the tab, which is painted when it is opened."""
    panel = front("raters/agreement", ("fuse", "ask"))
    disputed = front("raters/disputed", ("hear",))
    seen, due = gr.State(""), 0.0
    painted = [panel, disputed, seen]

    def state() -> str:
        jobs = store.jobs.list(1, rated.KIND)
        return repr((raters.version(store), [(job.state, job.progress) for job in jobs]))

    def paint(refusal: str = "") -> list[Any]:
        seen = state()
        shown = now(store)
        return [{**shown, "refusal": refusal}, {"clips": shown["disputed"], "heard": None}, seen]

    def tick(before: str) -> list[Any]:
        nonlocal due
        begun = time.monotonic()
        if not before or begun < due or before == state():
            return [gr.skip()] * len(painted)
        value = paint()
        due = begun + REST * (time.monotonic() - begun)
        return value

    def fuse(event: gr.EventData) -> list[Any]:
        return paint(choose(store, told(event).get("name")))

    def ask() -> list[Any]:
        rated.queue(store)
        return paint()

    def hear(event: gr.EventData) -> Shown:
        heard = library.inspected(store, str(told(event).get("id")))
        return {"clips": raters.report(store)["disputed"], "heard": heard}

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    tab.select(paint, None, painted, **private)
    panel.fuse(fuse, None, painted, **private)
    panel.ask(ask, None, painted, **private)
    disputed.hear(hear, None, disputed, **private)
    gr.Timer(TICK_S).tick(tick, seen, painted, **private)
