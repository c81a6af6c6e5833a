"""What is done with students that were trained here: made live, rolled back, renamed, noted, deleted."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import models, teachers
from app.rating import doubts
from app.training import lessons
from app.training.trainings import TrainOrder
from engine.onnx_model import contract
from store.db import Store
from store.records import StudentRecord

HOME = "students"  # the folder, in the store's, of the files that stay
LESSONS = ".lessons.json"  # what a student was taught
BEGAN = ".start.safetensors"  # the weights that its training began with, where it did not begin with nothing
SUFFIXES = (".onnx", ".json", ".npz", ".safetensors", LESSONS, BEGAN)
RESERVED = (*models.EMBEDDED, *teachers.known())
LONGEST = 2000  # characters of a note


def make_live(store: Store, name: str) -> None:
    """Let a student answer wherever none is named.

    Raises:
        ValueError: there is none of that name, its file is missing or damaged, or it has not passed the gate.
    """
    if name == models.STUDENT:
        store.students.make_live(None)
        doubts.ask(store)
        return
    if name in models.EMBEDDED:
        raise ValueError(f"{name} comes with Etude to compare with; {models.STUDENT} or one trained here can be live.")
    record = models.record(store, name)
    stated = contract(store.folder / record.file)  # it is there still, and not only in this process's memory
    models.student(store, name)  # what can't be opened never answers anybody
    if not (stated.get("gate") or {}).get("passed"):
        raise ValueError(f"{name} has not passed the gate, so it can't be live; `etude check` says why.")
    store.students.make_live(record.id)
    doubts.ask(store)


def roll_back(store: Store) -> str:
    """Make live what was live before; gives its name.

    Raises:
        ValueError: nothing was.
    """
    store.students.roll_back()
    doubts.ask(store)
    return models.live(store)


def rename(store: Store, name: str, to: str) -> None:
    """Give a student another name; its files keep theirs.

    Raises:
        ValueError: there is none of that name, or the other one is taken or can't stand in an address.
    """
    record = models.record(store, name)
    if to in RESERVED:
        raise ValueError(f"{to!r} is the name of a model that comes with Etude; choose another name.")
    store.students.rename(record.id, to)


def note(store: Store, name: str, text: str) -> None:
    """Write down what people say of a student.

    Raises:
        ValueError: there is none of that name, or too much is said.
    """
    if len(text) > LONGEST:
        raise ValueError(f"A note has {LONGEST} characters at most.")
    store.students.note(models.record(store, name).id, text)


def delete(store: Store, name: str) -> None:
    """Forget a student, then delete its files: a row without files would be a student that can't answer.

    Raises:
        ValueError: there is none of that name, or it is live.
    """
    record = models.record(store, name)
    store.students.delete(record.id)
    for path in files(store, record):
        path.unlink(missing_ok=True)


def sweep(store: Store) -> None:
    """Delete files that are no student's: what a kill in the middle of a deletion left. For the one who works alone."""
    homes = {Path(record.file).with_suffix("").name for record in store.students.list()}
    for path in (store.folder / HOME).glob("*"):
        if not any(path.name == f"{home}{suffix}" for home in homes for suffix in SUFFIXES):
            path.unlink()


def files(store: Store, record: StudentRecord) -> list[Path]:
    """The files of a student that are there: what leaves, its contract, answers, weights, lessons, beginning."""
    paths = [(store.folder / record.file).with_suffix(suffix) for suffix in SUFFIXES]
    return [path for path in paths if path.exists()]


def made_already(store: Store, order: TrainOrder) -> str:
    """The student that this very order has made of the library as it is, by name; empty: there is none."""
    same = store.students.same(asdict(order), lessons.fingerprint(lessons.lessons(store)))
    return same.name if same else ""


def facts(store: Store, name: str) -> dict[str, Any]:
    """All that is known of a student that was trained here, for a script.

    Raises:
        ValueError: there is none of that name.
    """
    record = models.record(store, name)
    measured = dict(record.metrics)
    gate = measured.pop("gate", None)
    there = {path.name: path.stat().st_size for path in files(store, record)}
    stated: dict[str, Any] = {}
    with suppress(ValueError):  # its file is lost; what the row knows is told all the same
        stated = contract(store.folder / record.file)
    return {
        "name": record.name, "live": record.live, "note": record.note, "parent": parent(store, record),
        "spec": asdict(record.spec), "order": record.arguments, "job": record.job, "data": record.data_fingerprint,
        "made_at": record.created_at, "licence": record.licence, "parameters": stated.get("parameters"),
        "versions": stated.get("versions"), "metrics": measured, "gate": gate,
        "folder": str((store.folder / record.file).parent), "files": there,
    }  # fmt: skip


def parent(store: Store, record: StudentRecord) -> str:
    """The name of the student that was live when this one was made."""
    found = store.students.get(record.parent) if record.parent is not None else None
    return found.name if found else models.STUDENT
