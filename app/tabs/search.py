"""The Search tab: caps, the search that goes on or the last one, its front as a picture and as a table.

The component's value is a picture of the store, painted anew by a timer when the store has changed: a reload or a
closed page loses nothing, and a second page sees the same.
"""

from typing import Any

import gradio as gr

from app import models
from app.front import front, told
from app.training import lessons, searches, trainings
from app.training.pareto import search_view
from app.training.searches import SearchOrder
from engine.searching.rungs import SearchOptions
from store.db import Store
from store.records import JobRecord

TICK_S = 1.0
EARLIER = 6  # searches that ended, on show
FIRST = {"max_bytes": 50_000, "max_parameters": 0}  # a file that fits into a hearing aid
CAPS = {"max_bytes": "bytes", "max_parameters": "parameters"}
DEFAULT = SearchOptions()

Shown = dict[str, Any]


def choices() -> Shown:
    """What can be chosen, and what is chosen at first."""
    first = {"trials": DEFAULT.trials, "passes": DEFAULT.passes, "seed": DEFAULT.seed}
    return {"teachers": models.teachers(), "first": {**first, **FIRST}}


def now(store: Store, wanted: int | None = None) -> Shown:
    """The search that is looked at, that goes on, or else the last one, with what it has found; and the others."""
    jobs = store.jobs.list(20, searches.KIND)
    going = [job for job in jobs if job.state in trainings.GOING]
    looked_at = [job for job in jobs if job.id == wanted]
    first = next(iter(looked_at or going[::-1] or jobs), None)
    others = [job for job in jobs if first and job.id != first.id][:EARLIER]
    return {
        "search": None if first is None else {**_line(first), **search_view(store, first.id)},
        "others": [_line(job) for job in others],
    }


def begin(store: Store, asked: Shown) -> str:
    """Queue the search that the page asks for; gives a sentence if it can't be, and nothing if it is."""
    arguments = {name: asked[name] for name in (*searches.LIMITS, "teacher") if name in asked}
    try:
        order = SearchOrder.of(arguments)
    except ValueError as error:
        return str(error)
    if lack := lessons.outline(store).lack:
        return lack
    if searches.unfinished(store, order):
        return "This very search goes on already, or waits for its turn."
    store.jobs.add(searches.KIND, arguments)
    return ""


def _line(job: JobRecord) -> Shown:
    asked = job.arguments
    caps = [f"{asked[name]:,} {unit}" for name, unit in CAPS.items() if asked.get(name)]
    return {
        "id": job.id,
        "title": f"{asked.get('trials', DEFAULT.trials)} shapes{' within ' if caps else ''}{' and '.join(caps)}",
        "state": job.state,
        "progress": round(job.progress, 4),
        "message": job.error or job.message or "It waits for its turn.",
    }


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the tab."""
    search = front("search/search", ("begin", "halt", "look"), **choices())
    looking, seen = gr.State(None), gr.State(None)
    painted = [search, seen]

    def paint(wanted: int | None) -> list[Any]:
        shown = now(store, wanted)
        return [shown, shown]

    def tick(wanted: int | None, before: Shown | None) -> list[Any]:
        shown = now(store, wanted)
        return [shown, shown] if before != shown else [gr.skip()] * len(painted)

    def start(event: gr.EventData) -> list[Any]:
        refusal = begin(store, told(event))
        shown = now(store)
        return [None, {**shown, "refusal": refusal}, shown]  # only who asked is told why not

    def halt(wanted: int | None, event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)
        return paint(wanted)

    def look(event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        wanted = job if isinstance(job, int) else None
        return [wanted, *paint(wanted)]

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    search.begin(start, None, [looking, *painted], **private)
    search.halt(halt, looking, painted, **private)
    search.look(look, None, [looking, *painted], **private)
    gr.Timer(TICK_S).tick(tick, [looking, seen], painted, **private)
    blocks.load(paint, looking, painted, **private)
