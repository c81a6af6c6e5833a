"""What a job is called where people read of it: its title, and what or whom it is about, which follows the title."""

from store.records import JobRecord

TITLES = {
    "import": "Import",
    "label": "Label with",
    "fetch": "Fetch",
    "health": "Check the sound",
    "doubt": "Find doubtful labels",
    "rated": "Ask the student where people rated",
    "train": "Train a student of",
    "compare": "Hold beside the live student:",
    "search": "Search for shapes taught by",
    "bits": "Measure where the bits go in",
}
ABOUT = ("folder", "student", "teacher")  # the first of its arguments that is there


def title(job: JobRecord) -> str:
    """The words for its kind; the kind itself where a newer Etude has written it."""
    return TITLES.get(job.kind, job.kind)


def about(job: JobRecord) -> str:
    """A folder, a student or a teacher; or nothing."""
    return next((str(job.arguments[name]) for name in ABOUT if job.arguments.get(name)), "")
