"""Opens teachers and students by the names that a person sees, each once."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app import teachers as taught
from engine import plugins
from engine.onnx_model import ASSETS, OnnxModel, contract
from engine.types import Model, StudentSpec, TeacherSpec
from store.db import Store
from store.records import StudentRecord

if TYPE_CHECKING:  # torch: seconds to import, and most who open models need none
    from engine.networks.network import Network

TEACHER = taught.FIRST
OWN = (TEACHER, "embedded_open")  # what Etude brings along, in assets; the second may be sold
EMBEDDED = ("etude", "wav2small")
STUDENT = EMBEDDED[0]
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Opened:
    """A model that is ready to answer, and what a person should know of it."""

    model: Model
    title: str
    licence: str
    size_bytes: int | None  # None: it has no weights
    parameters: int | None  # None: not stated
    spec: TeacherSpec | None = None  # None: not a teacher


def teachers() -> list[str]:
    """The names of the teachers that can answer now, the embedded one first."""
    return taught.ready()


def students(store: Store) -> list[str]:
    """The students' names: the embedded ones, then those trained here, newest first."""
    return [*EMBEDDED, *(record.name for record in store.students.list())]


def live(store: Store) -> str:
    """The name of the student that answers by default: the embedded one as long as nobody chose another."""
    chosen = store.students.live()
    return chosen.name if chosen else STUDENT


def teacher(name: str) -> Opened:
    """Open a teacher.

    Raises:
        ValueError: there is none of that name, its file is missing or damaged, or its weights are not here.
    """
    with _one_at_a_time:
        return _teacher(name, plugins.load("teachers", name).SPEC.fingerprint)


def student(store: Store, name: str) -> Opened:
    """Open an embedded student, or one that was trained here.

    Raises:
        ValueError: there is none of that name, or its file is missing or damaged.
    """
    return student_file(file(store, name))


def file(store: Store, name: str) -> Path:
    """Where a student's ONNX file is, or was put once.

    Raises:
        ValueError: there is none of that name.
    """
    return ASSETS / f"{name}.onnx" if name in EMBEDDED else store.folder / record(store, name).file


def record(store: Store, name: str) -> StudentRecord:
    """The row of a student that was trained here.

    Raises:
        ValueError: there is none of that name.
    """
    for known in store.students.list():
        if known.name == name:
            return known
    raise ValueError(f"There is no student called {name!r}; there are: {', '.join(students(store))}.")


def network(store: Store, name: str) -> "Network":
    """A student as it was trained: float32, in torch, in evaluation mode.

    Raises:
        ValueError: there is none of that name, or its weights are missing or damaged.
    """
    from engine.training import weights

    return weights.load(spec(store, name), file(store, name).with_suffix(weights.SUFFIX))


def spec(store: Store, name: str) -> StudentSpec:
    """What a student is.

    Raises:
        ValueError: there is none of that name.
    """
    if name in EMBEDDED:
        return StudentSpec(**contract(file(store, name))["spec"])
    return record(store, name).spec


def taught_by(store: Store, name: str) -> str:
    """The name of a student's teacher; empty: it is not stated.

    Raises:
        ValueError: there is none of that name.
    """
    known = contract(file(store, name)) if name in EMBEDDED else record(store, name).metrics
    return str(known.get("teacher") or "")


def embedded_student(name: str = STUDENT) -> Opened:
    """Open a student that comes with Etude."""
    return student_file(ASSETS / f"{name}.onnx")


def student_file(path: Path) -> Opened:
    """Open the student in an ONNX file.

    Raises:
        ValueError: the file is missing or damaged.
    """
    with _one_at_a_time:
        return _student(path)


@lru_cache(maxsize=4)
def _teacher(name: str, _: str) -> Opened:  # other weights in its folder are another fingerprint
    module = plugins.load("teachers", name)
    return _opened(module.load(), module.SPEC.title, module.SPEC.licence, module.SPEC)


@lru_cache(maxsize=4)
def _student(path: Path) -> Opened:
    model = OnnxModel(path)
    return _opened(model, model.contract["title"] or model.name, model.contract["licence"])


def _opened(model: Model, title: str, licence: str, spec: TeacherSpec | None = None) -> Opened:
    path: Path | None = getattr(model, "path", None)
    parameters = getattr(model, "contract", {}).get("parameters")
    size = path.stat().st_size if path else spec.download_bytes or None if spec else None
    return Opened(model, title, licence, size, parameters, spec)
