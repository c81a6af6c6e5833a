"""A training as the page shows it: its stages and their times, what is left, its curve, its log, and the other ones."""

import time
from typing import Any

import numpy as np

from app import figures, models
from app.jobs import titles
from app.training import stages, trainings
from engine.types import StudentSpec
from store.db import Store
from store.records import JobRecord

POINTS = 400  # of the loss, on show
EARLIER = 6  # trainings that ended, on show
REFUSED = 200  # clips that are listed
LINES = 60  # of the log, on show
DEFAULT = StudentSpec("etude")

Shown = dict[str, Any]


def now(store: Store) -> Shown:
    """The training that goes on, or else the last one, its curve, and the others."""
    jobs = store.jobs.list(20, trainings.KIND)
    going = sorted((job for job in jobs[::-1] if job.state in trainings.GOING), key=lambda job: job.state != "running")
    first = next(iter(going or jobs), None)
    others = [job for job in going[1:] + jobs[:EARLIER] if first and job.id != first.id]
    seen = {job.id: job for job in others}
    return {
        "training": None if first is None else {**_job(store, first), "curve": curve(store, first.id)},
        "others": [_line(store, job) for job in seen.values()],
    }


def curve(store: Store, job_id: int) -> Shown:
    """How a training goes: the loss, thinned by means, and the agreement on `dev` after each pass."""
    points = store.curves.get(job_id)
    loss = np.array([(p.passes, p.loss) for p in points if p.loss is not None], np.float32).reshape(-1, 2)
    if len(loss) > POINTS:
        loss = np.stack([part.mean(axis=0) for part in np.array_split(loss, POINTS)])
    dev = [(p.passes, p.arousal, p.dominance, p.valence) for p in points if p.arousal is not None]
    passes, *axes = np.array(dev, np.float32).reshape(-1, 4).T
    means = np.mean(axes, axis=0)
    best = int(np.argmax(means)) if dev else None
    return {
        "loss": {"passes": figures.plain(loss[:, 0], 3), "values": figures.plain(loss[:, 1])},
        "dev": {"passes": figures.plain(passes, 3), "values": [figures.plain(axis) for axis in axes]},
        "best": None if best is None else {"pass": round(dev[best][0]), "ccc": round(float(means[best]), 3)},
        "samples_s": next((round(p.samples_s) for p in reversed(points) if p.samples_s is not None), None),
    }


def _line(store: Store, job: JobRecord) -> Shown:
    spec = job.arguments.get("spec") or {}
    network = f"{spec.get('architecture', DEFAULT.architecture)}, size {spec.get('size', DEFAULT.size)}"
    resumable = trainings.resumable(store, job)
    return {
        "id": job.id,
        "title": f"{network}, seed {spec.get('seed', DEFAULT.seed)}",
        "state": job.state,
        "message": " ".join(filter(None, (job.error or job.message, _kept(job) if resumable else ""))),
        "student": job.result.get("student"),
        "resumable": resumable,
    }


def _kept(job: JobRecord) -> str:
    """Until when what a training that ended early has done is kept."""
    if job.started_at is None or job.finished_at is None:
        return ""
    days = max(0, round((job.finished_at + trainings.KEPT_S - time.time()) / 86_400))
    return f"What it has done is kept for {days} more days: “Resume” goes on from there."


def _waits(store: Store) -> str:
    busy = next((job for job in store.jobs.list() if job.state == "running"), None)
    if busy is None:
        return "It waits for its turn."
    named = f"{titles.title(busy)} {titles.about(busy)}".strip()
    return f"It waits until the job “{named}” is done."


def _job(store: Store, job: JobRecord) -> Shown:
    refused, line = store.jobs.refusals(job.id), _line(store, job)
    if job.state == "queued":
        line["message"] = _waits(store)
    taken = store.journal.stages(job.id)
    last = taken[-1] if taken else None
    return {
        **line,
        "message": line["message"] or "It starts.",
        "recipe": job.arguments.get("preset", "etude"),
        "teacher": job.arguments.get("teacher", models.TEACHER),
        "progress": round(job.progress, 4),
        "stages": _stages(job, {each.name: each.seconds for each in taken}, last.name if last else ""),
        "left_s": last.left_s if last and job.state == "running" else None,
        "spent_s": sum(each.seconds for each in taken),
        "seen_s": last.at if last and job.state == "running" else None,
        "log": [[each.at, each.line] for each in store.journal.log(job.id, LINES)],
        "refused": [[each.path, each.reason] for each in refused[:REFUSED]],
        "refused_count": len(refused),
    }


def _stages(job: JobRecord, seconds: dict[str, float], at: str) -> list[Shown]:
    """Each stage with its state, `done`, `now` or `later`, and the seconds that it took; last, the student is ready."""
    names = list(stages.TITLES)
    done = len(names) if job.state == "done" else names.index(at) if at else 0
    states = ["done" if place < done else "now" if place == done and at else "later" for place in range(len(names))]
    shown = [
        {"name": stages.TITLES[name], "state": state, "seconds": seconds.get(name)}
        for name, state in zip(names, states, strict=True)
    ]
    return [*shown, {"name": "Ready", "state": "done" if job.state == "done" else "later", "seconds": None}]
