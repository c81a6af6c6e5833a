"""The Students tab: every student with its agreement, which one is live and what came of which, and one in full.

The components' values are pictures of the store, painted anew by a timer when it has changed: what another page or the
command line does is seen here.
"""

from collections.abc import Callable
from typing import Any

import gradio as gr

from app.front import front, told
from app.students import graduates, keeping
from store.db import Store

TICK_S = 1.0
DONE = ("live", "back", "rename", "note", "delete")  # what can be done with a student

Shown = dict[str, Any]


def act(store: Store, what: str, asked: Shown) -> tuple[str | None, str]:
    """Do what the page asks for; gives the student to show after it, and a sentence if it can't be done."""
    name, text = str(asked.get("name", "")), str(asked.get("text", "")).strip()
    try:
        match what:
            case "live":
                keeping.make_live(store, name)
            case "back":
                keeping.roll_back(store)
            case "rename":
                keeping.rename(store, name, text)
                name = text
            case "note":
                keeping.note(store, name, text)
            case "delete":
                keeping.delete(store, name)
                return None, ""
    except ValueError as error:
        return name, str(error)
    return name, ""


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    listing = front("students/graduates", ("pick", "back"))
    report = front("students/report", ("live", "rename", "note", "delete"))
    seen = gr.State(None)

    def paint() -> list[Any]:
        value = graduates.listed(store)
        return [value, value]

    def tick(before: Shown | None) -> list[Any]:
        value = graduates.listed(store)
        return [value, value] if before != value else [gr.skip(), gr.skip()]

    def pick(event: gr.EventData) -> Shown | None:
        return graduates.report(store, str(told(event).get("name")))

    def doing(what: str) -> Callable[[gr.EventData], list[Any]]:
        def do(event: gr.EventData) -> list[Any]:
            name, refusal = act(store, what, told(event))
            found = graduates.report(store, name) if name else None
            if what == "back":
                return [*([{**graduates.listed(store), "refusal": refusal}] * 2), gr.skip()]
            return [*paint(), found and {**found, "refusal": refusal}]

        return do

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    listing.pick(pick, None, report, **private)
    for what in DONE:
        component = listing if what == "back" else report
        getattr(component, what)(doing(what), None, [listing, seen, report], **private)
    gr.Timer(TICK_S).tick(tick, seen, [listing, seen], **private)
    blocks.load(paint, None, [listing, seen], **private)
