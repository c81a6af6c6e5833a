"""The panel that compares a new student with the live one, says whether it should go live, and lets it be tried first.

Like every component a picture of the store: the newest comparison, which a training asks for when it ends.
"""

from typing import Any

import gradio as gr

from app import models
from app.front import front, told
from app.students import comparisons, keeping
from app.tabs.listen import Listened
from store.db import Store

TICK_S = 1.0
Shown = dict[str, Any]


def now(store: Store) -> Shown:
    """The newest comparison, who is live by now, and whom else one could compare."""
    job = comparisons.newest(store)
    live = models.live(store)
    others = [name for name in models.students(store) if name != live]
    return {"live_now": live, "others": others, "comparison": None if job is None else comparisons.facts(job)}


def choose(store: Store, name: str) -> str:
    """Make a student live; gives a sentence if that can't be, and nothing if it is."""
    try:
        keeping.make_live(store, name)
    except ValueError as error:
        return str(error)
    return ""


def build(store: Store, blocks: gr.Blocks, tabs: gr.Tabs, listened: Listened) -> None:
    """Wire the panel; `tabs` and `listened` are where a student is tried."""
    panel = front("train/comparison", ("ask", "golive", "attempt"))
    seen = gr.State(None)
    painted = [panel, seen]

    def paint(refusal: str = "") -> list[Any]:
        value = now(store)
        return [{**value, "refusal": refusal}, value]

    def tick(before: Shown | None) -> list[Any]:
        value = now(store)
        return [value, value] if before != value else [gr.skip()] * len(painted)

    def ask(event: gr.EventData) -> list[Any]:
        try:
            same = comparisons.ask(store, str(told(event).get("name"))) is None
        except ValueError as error:
            return paint(str(error))
        return paint("This student is the live one." if same else "")

    def golive(event: gr.EventData) -> list[Any]:
        refusal = choose(store, str(told(event).get("name")))
        return [*paint(refusal), listened.offer(models.live(store))]

    def attempt(event: gr.EventData) -> list[Any]:
        name = str(told(event).get("name"))
        return [gr.Tabs(selected="listen"), listened.offer(name)] if name in models.students(store) else [gr.skip()] * 2

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    panel.ask(ask, None, painted, **private)
    panel.golive(golive, None, [*painted, listened.student], **private).then(**listened.again)
    panel.attempt(attempt, None, [tabs, listened.student], **private).then(**listened.again)
    gr.Timer(TICK_S).tick(tick, seen, painted, **private)
    blocks.load(paint, None, painted, **private)
