"""The fold of teachers in the Library tab: what each is, its licence and size; fetch one after agreeing, label with it.

Its script asks for the list while it is open.
"""

from typing import Any

import gradio as gr

from app import teachers
from app.front import front, served, told
from app.jobs import fetching
from app.training import trainings
from engine.fetching import hub
from store.db import Store

JOBS = 20  # the newest, among which a fetch that goes on is

Shown = dict[str, Any]


def offered(store: Store, _: Shown) -> Shown:
    """Every teacher as it is drawn, with the fetch that is going on."""
    going = {
        job.arguments.get("teacher"): {"job": job.id, "progress": round(job.progress, 3), "message": job.message}
        for job in store.jobs.list(JOBS, fetching.KIND)
        if job.state in trainings.GOING
    }
    failed = {
        job.arguments.get("teacher"): job.error
        for job in reversed(store.jobs.list(JOBS, fetching.KIND))
        if job.state not in trainings.GOING
    }
    return {
        "teachers": [
            {**_drawn(teachers.facts(name)), "going": going.get(name), "wrong": failed.get(name) or ""}
            for name in teachers.known()
        ]
    }


def _drawn(facts: Shown) -> Shown:
    name, size = facts["name"], facts.get("download_bytes") or 0
    missing = "" if facts["here"] else facts.get("trouble") or teachers.how(name)
    return {**facts, "size": hub.size(size) if size else "", "missing": missing}


def build(store: Store) -> None:
    """Wire the fold."""
    fold = front("library/teachers", ("obtain", "engage", "halt"), [served(store, offered)])

    def obtain(event: gr.EventData) -> None:
        name = told(event).get("teacher")
        known = {each["name"]: each for each in offered(store, {})["teachers"]}
        wanted = known.get(name)
        if wanted and not wanted["here"] and not wanted["going"] and wanted.get("fetchable"):
            store.jobs.add(fetching.KIND, {"teacher": name})

    def engage(event: gr.EventData) -> None:
        name = told(event).get("teacher")
        if name in teachers.ready():
            store.jobs.add("label", {"teacher": name})

    def halt(event: gr.EventData) -> None:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    fold.obtain(obtain, None, None, **private)
    fold.engage(engage, None, None, **private)
    fold.halt(halt, None, None, **private)
