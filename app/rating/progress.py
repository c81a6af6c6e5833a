"""Whether more corrections pay: each student's agreement with people against how many corrections it was taught.

It is measured when a training ends, on the corrected clips that were held back by then: voices that the student knows,
clips that it was not taught. Since more are held back the more is corrected, each student has other ones.
"""

from typing import Any

from app.students import keeping
from app.training import lessons
from engine.types import AXES
from store.db import Store
from store.records import StudentRecord

KNOWN = "to_people_known"  # in a student's metrics; see app.training.graduate
CORRECTIONS = "corrections"

Shown = dict[str, Any]


def report(store: Store) -> Shown:
    """A point a student, of fewest corrections first, and what they tell in a sentence."""
    points = [_point(store, record) for record in store.students.list() if record.metrics.get(KNOWN)]
    points.sort(key=lambda point: (point["corrections"], point["made_s"]))
    return {"points": points, "sentence": sentence(points)}


def corrections(store: Store, record: StudentRecord) -> int:
    """How many corrected or accepted clips a student was taught."""
    if CORRECTIONS in record.metrics:
        return int(record.metrics[CORRECTIONS])
    path = (store.folder / record.file).with_suffix(keeping.LESSONS)  # an earlier Etude did not count them
    return lessons.corrected(lessons.from_json(path.read_text())) if path.exists() else 0


def sentence(points: list[Shown]) -> str:
    """Whether more corrections paid between the students that were taught fewest and most."""
    if not points:
        return "No student was trained since clips of taught voices were corrected, so there is nothing to tell yet."
    first, last = points[0], points[-1]
    if first["corrections"] == last["corrections"]:
        return "Correct more clips and train again: one point does not tell whether more corrections pay."
    between = f"From {first['corrections']} to {last['corrections']} corrections"
    if not (first["low"] and last["low"]):
        return f"{between}: of one speaker there is no interval, so it can't be told whether more corrections pay."
    told = list(zip(AXES, first["low"], first["high"], last["low"], last["high"], strict=True))
    rose = [axis for axis, _, high, low, _ in told if low > high]
    fell = [axis for axis, low, _, _, high in told if high < low]
    if not rose and not fell:
        return f"{between} the intervals overlap on all axes: it can't be told yet whether more corrections pay."
    parts = " and ".join(f"{how} on {_and(axes)}" for how, axes in (("rose", rose), ("fell", fell)) if axes)
    rest = [axis for axis in AXES if axis not in rose + fell]
    return f"{between} agreement with people {parts}{f'; on {_and(rest)} the intervals overlap' if rest else ''}."


def _point(store: Store, record: StudentRecord) -> Shown:
    known = record.metrics[KNOWN]
    measured = {key: known.get(key) for key in ("n", "speakers", "ccc", "low", "high", "teacher_ccc")}
    about = {"name": record.name, "live": record.live, "made_s": record.created_at}
    return {**about, "corrections": corrections(store, record), **measured}


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
