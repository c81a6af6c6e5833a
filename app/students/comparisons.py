"""A comparison as a job: a new student beside the live one. Done once for the same two and the same clips."""

from typing import Any

from app import models
from app.training import lessons
from app.training.lessons import Lesson
from store.db import Store
from store.records import JobRecord

KIND = "compare"
WAITS = ("queued", "running")


def kept(store: Store) -> list[Lesson]:
    """The library's clips that are kept to choose by, oldest first."""
    return [lesson for lesson in lessons.lessons(store) if lesson.part == "dev"]


def ask(store: Store, student: str, live: str = "") -> int | None:
    """Have a student compared with another, by default the live one, unless that was done already; gives the job.

    None: it would be compared with itself.

    Raises:
        ValueError: there is no such student.
    """
    models.file(store, student)
    live = live or models.live(store)
    models.file(store, live)
    if student == live:
        return None
    arguments = {"student": student, "live": live, "data": lessons.fingerprint(kept(store))}
    for job in store.jobs.list(1000, KIND):
        if job.arguments == arguments and job.state in (*WAITS, "done"):
            return job.id
    return store.jobs.add(KIND, arguments)


def newest(store: Store, student: str = "") -> JobRecord | None:
    """The newest comparison of a student, or of any, of which both students are still there; cancelled ones aside."""
    known = models.students(store)
    for job in store.jobs.list(1000, KIND):
        two = job.arguments.get("student"), job.arguments.get("live")
        if job.state != "cancelled" and student in ("", two[0]) and set(two) <= set(known):
            return job
    return None


def facts(job: JobRecord) -> dict[str, Any]:
    """What a page shows of such a job: who is compared, how far it is, and what came of it."""
    return {
        "job": job.id,
        "student": job.arguments["student"],
        "live": job.arguments["live"],
        "state": job.state,
        "progress": round(job.progress, 3),
        "message": job.error or job.message or "It waits for its turn.",
        "found": job.result or None,
    }
