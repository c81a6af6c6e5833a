import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from app import models
from app.students import holdout
from app.training import lessons
from app.training.graduate import SCHEMES, graduate, licence
from app.training.lessons import Lesson
from app.training.train import train
from engine import plugins
from engine.exporting import gate
from engine.exporting.gate import Bars
from engine.scoring.measure import ccc
from engine.teachers import loudness
from engine.types import AXES
from store.db import Store
from store.records import CorrectionRecord
from tests import classroom
from tests.classroom import CORPUS, KEPT

CLIPS = 8


@pytest.fixture(scope="module")
def kept(finished: Path) -> Path:
    """Where the files of the student are that was trained."""
    return finished / "students"


def test_the_file_is_a_student_that_the_page_can_ask(graduated: Store) -> None:
    (record,) = graduated.students.list()
    opened = models.student(graduated, record.name)
    adv, _ = opened.model.predict(np.zeros((1, 16_000), np.float32))
    assert np.isfinite(adv).all()
    parameters = sum(weight.numel() for weight in models.network(graduated, record.name).parameters())
    title = plugins.load("schemes", record.metrics["scheme"]).TITLE
    assert (opened.licence, opened.title) == (record.licence, f"etude, {parameters:,} parameters, {title}")
    assert not record.live
    assert opened.size_bytes == record.metrics["bytes"]


def test_the_contract_is_that_of_the_file(kept: Path, finished: Path) -> None:
    said, path = json.loads((kept / "etude-1.json").read_text()), kept / "etude-1.onnx"
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (said["teacher"], said["teacher_sha256"]) == ("loudness", loudness.SPEC.revision)
    assert (said["axes"], said["window_s"], said["seeds"]) == (list(AXES), loudness.SPEC.window_s, [0])
    assert [entry.version for entry in onnx.load(path).opset_import if not entry.domain] == [said["opset"]]
    assert {"torch", "onnx", "onnxruntime", "python"} <= said["versions"].keys()
    with Store(finished) as store:
        (record,) = store.students.list()
        assert said["data"] == record.data_fingerprint == lessons.fingerprint(lessons.lessons(store))
        assert said["metrics"].items() <= record.metrics.items()
    assert sorted(each.name for each in kept.iterdir()) == [
        f"etude-1.{suffix}" for suffix in ("json", "lessons.json", "npz", "onnx", "safetensors")
    ]


def test_the_file_that_stays_passed_the_gate(kept: Path, graduated: Store) -> None:
    (record,) = graduated.students.list()
    report, scheme = record.metrics["gate"], record.metrics["scheme"]
    assert report == json.loads((kept / "etude-1.json").read_text())["gate"]
    assert (report["passed"], report["n"], report["measured_on"]) == (True, CLIPS * KEPT, holdout.KEPT)
    assert report["sha256"] == hashlib.sha256((kept / "etude-1.onnx").read_bytes()).hexdigest()
    assert scheme in SCHEMES


def test_its_weights_are_kept_beside_it(graduated: Store) -> None:
    said, asked = models.student(graduated, "etude-1").model, np.zeros((1, 16_000), np.float32)
    full = models.network(graduated, "etude-1")(torch.from_numpy(asked)).detach().numpy()
    np.testing.assert_allclose(said.predict(asked)[0], full, atol=0.05)


def test_the_next_scheme_is_tried_where_one_does_not_pass(library: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = partial(gate.check, bars=Bars(least_ccc=0.99999, noticed=0))
    monkeypatch.setattr(gate, "check", asked)
    *_, last = train(library, classroom.order(passes=1), classroom.claimed(library).id)
    assert last.result is not None
    assert last.result["metrics"]["scheme"] == "fp32"


def test_where_none_passes_the_axes_are_named_and_no_student_is_left(
    library: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "check", partial(gate.check, bars=Bars(least_ccc=2, noticed=-1)))
    with pytest.raises(ValueError, match=r"No file of this student passes the gate: Arousal agrees .* 2 is asked"):
        list(train(library, classroom.order(passes=1), classroom.claimed(library).id))
    assert library.students.list() == []
    assert not list(library.folder.glob("students/*.onnx"))


def test_what_is_stated_is_what_the_file_says_of_the_clips_kept_to_choose_by(kept: Path, graduated: Store) -> None:
    metrics = json.loads((kept / "etude-1.json").read_text())["metrics"]
    with np.load(kept / "etude-1.npz") as answers:
        said, taught = answers["said"], answers["taught"]
        assert set(answers["corpora"]) == {CORPUS}
    every = metrics["to_teacher"][-1]
    assert (every["by"], every["n"], every["speakers"]) == ("all", CLIPS * KEPT, KEPT)
    np.testing.assert_allclose(every["ccc"], ccc(said, taught), atol=6e-4)
    assert {entry["by"] for entry in metrics["to_teacher"]} == {"corpus", "sex", "language", "all"}
    assert all(low <= value <= high for low, value, high in zip(every["low"], every["ccc"], every["high"], strict=True))
    assert min(every["beside"]) > 0.5  # the loudness teacher is little more than log-mel statistics
    assert min(metrics["ccc_to_fp32"]) > 0.9
    assert metrics["to_people"] is None
    assert len(metrics["behaviour"]) > 5
    best = metrics["best"]
    curve = {p.passes: (p.arousal, p.dominance, p.valence) for p in graduated.curves.get(1) if p.arousal is not None}
    np.testing.assert_allclose(best["ccc"], curve[best["passes"]], atol=6e-4)  # type: ignore[arg-type]
    assert np.mean(best["ccc"]) == pytest.approx(max(np.mean(point) for point in curve.values()), abs=1e-3)  # type: ignore[arg-type]


def test_agreement_with_people_is_a_figure_of_its_own(library: Store) -> None:
    kept = [lesson.clip_id for lesson in lessons.lessons(library) if lesson.part == "dev"]
    for number, clip_id in enumerate(kept[:5]):
        adv = (number / 5, 1 - number / 5, None if number == 4 else 0.1 * number)
        library.corrections.add(CorrectionRecord(clip_id=clip_id, rater="ada", adv=adv, verdict="correct"))
    learnt = [lesson.clip_id for lesson in lessons.lessons(library) if lesson.part == "train"]
    for clip_id in learnt[:3]:
        library.corrections.add(CorrectionRecord(clip_id=clip_id, rater="ada", adv=(0.5, 0.5, 0.5), verdict="accept"))
    *_, last = train(library, classroom.order(passes=1), classroom.claimed(library).id)
    assert last.result is not None
    assert last.result["metrics"]["corrections"] == 3
    people = last.result["metrics"]["to_people"]
    assert people["n"] == 4  # the fifth does not state valence
    assert len(people["ccc"]) == len(people["teacher_ccc"]) == len(AXES)
    assert last.result["metrics"]["to_teacher"][-1]["n"] == CLIPS * KEPT


def test_coming_again_after_the_end_makes_no_second_student(graduated: Store, tmp_path: Path) -> None:
    (before,) = graduated.students.list()
    *_, last = graduate(graduated, classroom.order(), [], tmp_path, 1)
    assert graduated.students.list() == [before]
    assert last.result is not None
    assert (last.result["student"], last.result["metrics"]) == (before.name, before.metrics)


def test_a_student_inherits_every_licence_that_it_learnt_from() -> None:
    def lesson(stated: str, part: str = "train") -> Lesson:
        return Lesson("c", "c", "", "", "", "", stated, part)  # type: ignore[arg-type]

    taught = [lesson("CC0-1.0"), lesson("CC BY 4.0"), lesson("CC0-1.0", "dev"), lesson("secret", "test")]
    assert licence("MIT", taught) == "MIT; learnt from clips under CC BY 4.0, CC0-1.0"
    assert licence("MIT", [lesson("")]) == "MIT; learnt from clips under a licence that is not stated"


def test_a_student_whose_file_is_lost_is_a_sentence(graduated: Store) -> None:
    shutil.rmtree(graduated.folder / "students")
    with pytest.raises(ValueError, match="no model file"):
        models.student(graduated, "etude-1")
