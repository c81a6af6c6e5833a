"""What a quantization scheme may draw on: `engine/schemes/NAME.py` makes a smaller ONNX file of a student's fp32 one.

A scheme's file defines TITLE, a line for people; NEEDS, the fields of `Given` that it can't do without; USES, if there
are some, those that make it better; and `write(source, target, given)`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine import plugins
from engine.networks.network import Network
from engine.students import slim
from engine.training.crops import Crops

Tell = Callable[[float, str], None]  # part done, 0..1, and a sentence; what it raises ends the work


def silent(part: float, message: str) -> None:
    """Tell nobody."""


def within(tell: Tell, low: float, high: float) -> Tell:
    """Tells of work that is a part, from `low` to `high`, of larger work."""
    return lambda part, message: tell(low + (high - low) * part, message)


@dataclass(frozen=True)
class Given:
    """What a scheme may use besides the fp32 file."""

    student: Network | None = None  # that the file was exported from, in evaluation mode
    clips: Crops | None = None  # real speech that nothing was trained on, with the teacher's answers
    lessons: Crops | None = None  # what the student learnt from
    most_bytes: int | None = None  # of the whole file, for schemes that choose
    least_ccc: float = 0.998  # to the fp32 student on each axis, likewise
    tell: Tell = silent


def takes(name: str, field: str) -> bool:
    """Whether a scheme makes anything of a field of `Given`."""
    scheme = plugins.load("schemes", name)
    return field in (*scheme.NEEDS, *getattr(scheme, "USES", ()))


def write(name: str, source: Path, target: Path, given: Given) -> None:
    """Make a file by the scheme of that name.

    Raises:
        ValueError: there is no such scheme, or it lacks what it needs, or the file is not one that it can handle.
    """
    scheme = plugins.load("schemes", name)
    words = {
        "student": "the trained student",
        "clips": "real clips",
        "lessons": "the crops that the student learnt from",
    }
    if lacking := [words[need] for need in scheme.NEEDS if getattr(given, need) is None]:
        raise ValueError(f"The scheme {name} needs {' and '.join(lacking)}.")
    student = given.student and slim.plain(given.student)  # its parts are no weights that could be rounded
    scheme.write(source, target, replace(given, student=student))
