"""Where a student's bits go: what each layer's rounding costs, measured by a job in the background, drawn as bars.

The component's value is a picture of the store, painted anew by a timer when the store has changed.
"""

from typing import Any

import gradio as gr

from app import models
from app.front import front, told
from app.training.trainings import GOING
from store.db import Store
from store.records import JobRecord

KIND = "bits"
TICK_S = 1.0
NEWEST = 200  # jobs that are looked through
LEAST = 0.997  # CCC to the fp32 student on each axis, which the gate asks for
GRIDS = ("8 bits", "4 bits in blocks")  # how the grids begin whose losses are drawn

Shown = dict[str, Any]


def now(store: Store, wanted: str = "") -> Shown:
    """The student that is looked at, the job that measures it, and what was found last."""
    names = models.students(store)
    name = wanted if wanted in names else names[0]
    jobs = [job for job in store.jobs.list(NEWEST, KIND) if job.arguments.get("student") == name]
    done = next((job for job in jobs if job.state == "done"), None)
    return {
        "students": names,
        "student": name,
        "job": _line(jobs[0]) if jobs else None,
        "found": picture(done.result) if done else None,
    }


def picture(found: Shown) -> Shown:
    """What `app.students.bits` found, as it is drawn: CCC lost on the worst axis, and the fewest bits that do."""
    columns = [next(k for k, grid in enumerate(found["grids"]) if grid.startswith(begins)) for begins in GRIDS]
    plan = next((step for step in reversed(found["front"]) if min(step["ccc_to_fp32"]) >= LEAST), found["front"][0])
    layers = [
        {
            "name": row["name"],
            "weights": row["weights"],
            "lost": [1 - min(row["ccc_to_fp32"][column]) for column in columns],
            "bits": given,
        }
        for row, given in zip(found["layers"], plan["bits"], strict=True)
    ]
    return {"on": found["on"], "n": found["n"], "layers": layers, "bytes": plan["bytes"], "ccc": plan["ccc_to_fp32"]}


def measure(store: Store, name: str) -> None:
    """Queue the measuring of a student, unless it waits or goes on already, or there is none of that name."""
    job = now(store, name)["job"]
    if name in models.students(store) and (job is None or job["state"] not in GOING):
        store.jobs.add(KIND, {"student": name})


def _line(job: JobRecord) -> Shown:
    message = job.error or job.message or "It waits for its turn."
    return {"id": job.id, "state": job.state, "progress": round(job.progress, 3), "message": message}


def build(store: Store, blocks: gr.Blocks) -> None:
    """Wire the component."""
    component = front("students/bits", ("look", "measure", "halt"))
    looking, seen = gr.State(""), gr.State(None)
    painted = [component, seen]

    def paint(wanted: str) -> list[Any]:
        shown = now(store, wanted)
        return [shown, shown]

    def tick(wanted: str, before: Shown | None) -> list[Any]:
        shown = now(store, wanted)
        return [shown, shown] if before != shown else [gr.skip()] * len(painted)

    def look(event: gr.EventData) -> list[Any]:
        wanted = str(told(event).get("student"))
        return [wanted, *paint(wanted)]

    def begin(event: gr.EventData) -> list[Any]:
        wanted = str(told(event).get("student"))
        measure(store, wanted)
        return paint(wanted)

    def halt(wanted: str, event: gr.EventData) -> list[Any]:
        job = told(event).get("job")
        if isinstance(job, int):
            store.jobs.cancel(job)
        return paint(wanted)

    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    component.look(look, None, [looking, *painted], **private)
    component.measure(begin, None, painted, **private)
    component.halt(halt, looking, painted, **private)
    gr.Timer(TICK_S).tick(tick, [looking, seen], painted, **private)
    blocks.load(paint, looking, painted, **private)
