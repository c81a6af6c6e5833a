"""The end of a training: the student exported, quantized, scored beside its teacher, and put into the library.

Everything is measured on the file that stays, on the clips that were kept to choose by: neither it nor the ridge beside
it learnt from these speakers, but both were chosen on them.
"""

import hashlib
import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app import lessons
from app.lessons import Lesson
from app.trainings import TrainOrder
from app.work import Progress
from engine import baselines, behaviour, distil, export, plugins, quantize, reinforce, scores
from engine.crops import Crops
from engine.measure import ccc
from engine.onnx_model import OnnxModel
from engine.types import AXES, SAMPLE_RATE, Floats, Model, TeacherSpec
from store.db import Store
from store.records import StudentRecord

HOME = "students"  # the folder, in the store's, of the files that stay
SCHEME = "int8 convolutions, int4 linears"
SIMPLE = 2000  # clips at most from which the ridge learns
Metrics = dict[str, Any]


def graduate(store: Store, order: TrainOrder, taught: list[Lesson], home: Path, job_id: int) -> Iterator[Progress]:
    """Export the best student of a training, measure it and remember it; the result is what the job's row then tells.

    A training that was killed in here, and comes again, ends with one student all the same.
    """
    name = f"{order.spec.architecture.replace(':', '-')}-{job_id}"
    known = [record for record in store.students.list() if record.name == name]
    if not known:
        yield Progress(0, 1, "The student is exported.")
        contract = _export(order, taught, home, name)
        contract["metrics"] = yield from _measure(store, taught, home, name, job_id)
        file = _move(store, home, name, contract)
        record = StudentRecord(
            name=name,
            spec=order.spec,
            data_fingerprint=lessons.fingerprint(taught),
            metrics={**contract["metrics"], "bytes": file.stat().st_size, "teacher": order.teacher},
            file=file.relative_to(store.folder).as_posix(),
            licence=contract["licence"],
        )
        store.students.add(record)
        known = [record]
    result = {"student": name, "file": str(store.folder / known[0].file), "metrics": known[0].metrics}
    yield Progress(1, 1, f"The student {name} is ready.", result)


def _export(order: TrainOrder, taught: list[Lesson], home: Path, name: str) -> dict[str, Any]:
    """Write the full and the quantized file into the training's folder; what the contract says of the latter."""
    student, path = distil.load(order.spec, home), home / f"{name}.onnx"
    export.to_onnx(student, home / "fp32.onnx")
    quantize.smallest(home / "fp32.onnx", path)
    teacher: TeacherSpec = plugins.load("teachers", order.teacher).SPEC
    return {
        "name": name, "title": f"{order.spec.architecture}, size {order.spec.size}, {SCHEME}",
        "teacher": teacher.name, "teacher_sha256": teacher.revision, "licence": licence(teacher.licence, taught),
        "axes": list(AXES), "sample_rate": SAMPLE_RATE, "window_s": teacher.window_s, "hop_s": teacher.hop_s,
        "precision": "int8/int4 weights", "opset": export.OPSET,
        "parameters": sum(each.numel() for each in student.parameters()),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "seeds": [order.spec.seed],
        "data": lessons.fingerprint(taught), "versions": export.versions(),
    }  # fmt: skip


def licence(teachers: str, taught: list[Lesson]) -> str:
    """What a student inherits: its teacher's licence, and those of the clips that it heard."""
    stated = sorted({lesson.licence or "a licence that is not stated" for lesson in taught if lesson.part != "test"})
    return f"{teachers}; learnt from clips under {', '.join(stated)}"


def _move(store: Store, home: Path, name: str, contract: dict[str, Any]) -> Path:
    """Put file, contract and answers where they stay, the file last: where it is, all of it is."""
    target = store.folder / HOME
    target.mkdir(exist_ok=True)
    (home / f"{name}.json").write_text(json.dumps(contract, indent=1) + "\n")
    for suffix in (".npz", ".json", ".onnx"):
        (home / f"{name}{suffix}").replace(target / f"{name}{suffix}")
    return target / f"{name}.onnx"


def _measure(
    store: Store, taught: list[Lesson], home: Path, name: str, job_id: int
) -> Generator[Progress, None, Metrics]:
    dev, train = Crops.open(home, "dev"), Crops.open(home, "train")
    rows = [taught[group] for group in dev.group]
    model = OnnxModel(home / f"{name}.onnx")
    said = yield from _said(model, dev, 0, "The student answers the clips kept to choose by.")
    full = yield from _said(OnnxModel(home / "fp32.onnx"), dev, 1, "So does the student before it was quantized.")
    plain = yield from _ridge(train, dev)
    corpora = np.array([row.corpus for row in rows])
    np.savez_compressed(home / f"{name}.npz", said=said, taught=dev.adv, corpora=corpora)
    return {
        "to_teacher": scores.report(said, dev.adv, rows, plain),
        "to_people": _to_people(said, dev.adv, rows),
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


def _best(store: Store, job_id: int) -> Metrics:
    """The point of the curve at which the student was taken, before it was quantized."""
    points = [point for point in store.curves.get(job_id) if point.arousal is not None]
    agreement = [[getattr(point, axis) for axis in AXES] for point in points]
    best = int(np.argmax(np.mean(agreement, axis=1)))
    return {"passes": points[best].passes, "ccc": scores.numbers(np.array(agreement[best]))}
