"""The end of a training: the student exported, quantized, scored beside its teacher, and put into the library.

The smallest file that passes the gate is the one that stays, the trained weights beside it. Everything is measured on
that file, on the clips that were kept to choose by: neither it nor the ridge beside it learnt from these speakers, but
both were chosen on them.
"""

import json
import shutil
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.jobs.work import Progress, within
from app.students import exports, holdout, keeping
from app.students.exports import Made
from app.training import lessons, school
from app.training.lessons import Lesson
from app.training.trainings import TrainOrder
from engine import plugins
from engine.exporting import export
from engine.exporting.scheme import Given
from engine.networks.network import Network
from engine.onnx_model import OnnxModel
from engine.scoring import baselines, behaviour, scores
from engine.scoring.measure import ccc
from engine.training import distil, reinforce, weights
from engine.training.crops import Crops
from engine.types import AXES, SAMPLE_RATE, Floats, Model, TeacherSpec
from store.db import Store
from store.records import StudentRecord

WEIGHTS = f"student{weights.SUFFIX}"  # in the training's folder
SCHEMES = ("auto", "int8_weights", "fp32")  # tried in turn until one passes the gate
EXPORTED = 0.5  # of the bar: where the file that stays is made
SIMPLE = 2000  # clips at most from which the ridge learns
Metrics = dict[str, Any]


def graduate(store: Store, order: TrainOrder, taught: list[Lesson], home: Path, job_id: int) -> Iterator[Progress]:
    """Export the best student of a training, measure it and remember it; the result is what the job's row then tells.

    A training that was killed in here, and comes again, ends with one student all the same.
    """
    known = store.students.get_by_job(job_id)
    if known is None:
        name = f"{order.spec.architecture.replace(':', '-')}-{job_id}"
        student = distil.load(order.spec, home)
        made = yield from _export(student, home)
        made.file.replace(home / f"{name}.onnx")
        contract = exports.stated(_known(order, taught, name, student), made)
        measuring = _measure(store, taught, home, name, job_id)
        contract["metrics"] = yield from within(EXPORTED, 1, measuring)
        (home / f"{name}{keeping.LESSONS}").write_text(lessons.to_json(taught))
        file = _move(store, home, name, contract)
        live = store.students.live()
        known = StudentRecord(
            name=f"{name}-again" if store.students.get_by_name(name) else name,  # another was renamed to it
            spec=order.spec,
            data_fingerprint=lessons.fingerprint(taught),
            metrics={
                **contract["metrics"],
                "bytes": file.stat().st_size,
                "teacher": order.teacher,
                "scheme": contract["scheme"],
                "gate": contract["gate"],
            },
            file=file.relative_to(store.folder).as_posix(),
            licence=contract["licence"],
            parent=live.id if live else None,
            arguments=asdict(order),
            job=job_id,
        )
        store.students.add(known)
    result = {"student": known.name, "file": str(store.folder / known.file), "metrics": known.metrics}
    yield Progress(1, 1, f"The student {known.name} is ready.", result)


def _export(student: Network, home: Path) -> Generator[Progress, None, Made]:
    """The file of the first scheme that passes the gate, in the training's folder, with the student's weights.

    Raises:
        ValueError: none does.
    """
    (home / exports.FULL).unlink(missing_ok=True)  # of a worker that was killed in here
    given = Given(student, clips=Crops.open(home, "dev"), lessons=Crops.open(home, "train"))
    failed = ""
    for place, scheme in enumerate(SCHEMES):
        share = EXPORTED / len(SCHEMES)
        making = exports.make(given, scheme, holdout.KEPT, home)
        try:
            made = yield from within(share * place, share * (place + 1), making)
        except ValueError as error:  # a scheme that can't make it; another one may
            failed = str(error)
            continue
        if made.report.passed:
            weights.save(student, home / WEIGHTS)
            return made
        failed = " ".join(made.report.reasons)
    raise ValueError(f"No file of this student passes the gate: {failed}")


def _known(order: TrainOrder, taught: list[Lesson], name: str, student: Network) -> dict[str, Any]:
    """What can be stated of a student whatever file is made of it."""
    teacher: TeacherSpec = plugins.load("teachers", order.teacher).SPEC
    return {
        "name": name, "spec": asdict(order.spec),
        "teacher": teacher.name, "teacher_sha256": teacher.revision, "licence": licence(teacher.licence, taught),
        "axes": list(AXES), "sample_rate": SAMPLE_RATE, "window_s": teacher.window_s, "hop_s": teacher.hop_s,
        "parameters": sum(each.numel() for each in student.parameters()), "seeds": [order.spec.seed],
        "data": lessons.fingerprint(taught), "versions": export.versions(),
    }  # fmt: skip


def licence(teachers: str, taught: list[Lesson]) -> str:
    """What a student inherits: its teacher's licence, and those of the clips that it heard."""
    stated = sorted({lesson.licence or "a licence that is not stated" for lesson in taught if lesson.part != "test"})
    return f"{teachers}; learnt from clips under {', '.join(stated)}"


def _move(store: Store, home: Path, name: str, contract: dict[str, Any]) -> Path:
    """Put file, contract and answers where they stay, the file last: where it is, all of it is."""
    target = store.folder / keeping.HOME
    target.mkdir(exist_ok=True)
    (home / f"{name}.json").write_text(json.dumps(contract, indent=1) + "\n")
    (home / WEIGHTS).replace(target / f"{name}{weights.SUFFIX}")
    if (home / distil.START).exists():
        shutil.copy(home / distil.START, target / f"{name}{keeping.BEGAN}")
    for suffix in (keeping.LESSONS, ".npz", ".json", ".onnx"):
        (home / f"{name}{suffix}").replace(target / f"{name}{suffix}")
    return target / f"{name}.onnx"


def _measure(
    store: Store, taught: list[Lesson], home: Path, name: str, job_id: int
) -> Generator[Progress, None, Metrics]:
    dev, train = Crops.open(home, "dev"), Crops.open(home, "train")
    rows = [taught[group] for group in dev.group]
    model = OnnxModel(home / f"{name}.onnx")
    said = yield from _said(model, dev, 0, "The student answers the clips kept to choose by.")
    full = yield from _said(OnnxModel(home / exports.FULL), dev, 1, "So does the student before it was quantized.")
    plain = yield from _ridge(train, dev)
    corpora = np.array([row.corpus for row in rows])
    np.savez_compressed(home / f"{name}.npz", said=said, taught=dev.adv, corpora=corpora)
    return {
        "to_teacher": scores.report(said, dev.adv, rows, plain),
        "to_people": _to_people(said, dev.adv, rows),
        "to_people_known": _of_known(model, taught, home),
        "corrections": lessons.corrected(taught),
        "ccc_to_fp32": [round(float(value), 5) for value in ccc(said, full)],
        "behaviour": behaviour.behaviour(model),
        "best": _best(store, job_id),
    }


def _said(model: Model, crops: Crops, third: int, message: str) -> Generator[Progress, None, Floats]:
    answers = []
    for row in range(len(crops)):
        yield Progress(third * len(crops) + row, 3 * len(crops), message)
        answers.append(model.predict(crops.clip(row)[None])[0][0])
    return np.stack(answers)


def _ridge(train: Crops, dev: Crops) -> Generator[Progress, None, Floats]:
    """What a ridge regression on log-mel statistics answers on `dev`: the least that a student must beat."""
    plain = np.flatnonzero((train.seed == reinforce.PLAIN) & (train.group >= 0))
    chosen = plain[np.linspace(0, len(plain) - 1, min(SIMPLE, len(plain))).astype(int)]
    heard: dict[str, list[Floats]] = {"train": [], "dev": []}
    for part, crops, wanted in (("train", train, chosen), ("dev", dev, range(len(dev)))):
        for row in wanted:
            yield Progress(2, 3, "A ridge regression on log-mel statistics learns the same, to compare.")
            heard[part].append(baselines.log_mel_statistics(crops.clip(row)))
    known, asked = np.stack(heard["train"]), np.stack(heard["dev"])
    return baselines.ridge(known, train.adv[chosen], asked, dev.adv, asked)


def _to_people(said: Floats, teacher: Floats, rows: list[Lesson]) -> Metrics | None:
    """Student and teacher beside what people said of the clips that they corrected; None: they corrected none."""
    people = np.stack([row.person for row in rows])
    if np.isnan(people).any(axis=1).all():
        return None
    student, taught = (scores.scores(answers, people, rows)[-1] for answers in (said, teacher))
    return {**{key: student[key] for key in ("n", "speakers", "ccc", "low", "high")}, "teacher_ccc": taught["ccc"]}


def _of_known(model: Model, taught: list[Lesson], home: Path) -> Metrics | None:
    """The same of the corrected clips that were held back, whose speakers it has learnt from."""
    if not (home / f"{school.HELD}.npz").exists():
        return None
    held = Crops.open(home, school.HELD)
    return _to_people(
        np.concatenate([model.predict(held.clip(row)[None])[0] for row in range(len(held))]),
        held.adv,
        [taught[group] for group in held.group],
    )


def _best(store: Store, job_id: int) -> Metrics:
    """The point of the curve at which the student was taken, before it was quantized."""
    points = [point for point in store.curves.get(job_id) if point.arousal is not None]
    agreement = [[getattr(point, axis) for axis in AXES] for point in points]
    best = int(np.argmax(np.mean(agreement, axis=1)))
    return {"passes": points[best].passes, "ccc": scores.numbers(np.array(agreement[best]))}
