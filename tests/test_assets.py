"""The files that ship are those their contracts and cards speak of, and say what they said."""

import hashlib
import json
import re

import numpy as np
import onnx
import pytest
import torch

from app import models
from engine import plugins
from engine.labelling import listen
from engine.onnx_model import ASSETS, contract
from engine.recipes import ablation, compare, student_card, students, teacher_card, teachers
from engine.recipes.teacher_fit import FREE
from engine.training import weights
from engine.types import AXES, SAMPLE_RATE, StudentSpec
from tests import golden
from tests.conftest import SAMPLES
from tests.sounds import noise, silence, tone

STUDENTS = models.EMBEDDED
TEACHERS = tuple(run.file for run in teachers.RUNS.values())
NAMES = (*TEACHERS, *STUDENTS)
CARDS = {**dict.fromkeys(TEACHERS, teacher_card.card), **dict.fromkeys(STUDENTS, student_card.card)}


def stated(name):
    return json.loads((ASSETS / f"{name}.json").read_text())


def shipped(name):
    """The model as the product opens it."""
    (model,) = [model for model in golden.shipped() if model.path.stem == name]
    return model


def test_every_model_file_is_looked_at_here():
    assert sorted(path.stem for path in ASSETS.glob("*.onnx")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_is_that_of_the_file(name):
    said, path = stated(name), ASSETS / f"{name}.onnx"
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert contract(path)["bytes"] == path.stat().st_size
    assert [entry.version for entry in onnx.load(path).opset_import if not entry.domain] == [said["opset"]]
    assert (said["sample_rate"], sorted(said["axes"])) == (SAMPLE_RATE, sorted(AXES))
    assert re.search("MIT.*OpenAI", said["licence"])
    assert said["licence"].startswith("Apache-2.0" if name == "teacher_open" else "CC BY-NC-SA 4.0")
    assert {"torch", "onnx", "onnxruntime", "python"} <= said["versions"].keys()
    assert said["seeds"]


@pytest.mark.parametrize("name", teachers.RUNS)
def test_what_a_teacher_learnt_from_decides_whether_it_may_be_sold(name):
    assert set(models.OWN) == set(teachers.RUNS)
    run, spec = teachers.RUNS[name], plugins.load("teachers", name).SPEC
    assert spec.licence == run.licence == stated(run.file)["licence"]
    assert spec.commercial == (set(run.corpora) <= set(FREE)) == ("NC" not in run.licence)


def test_they_are_as_small_as_they_say():
    assert all((ASSETS / f"{name}.onnx").stat().st_size <= 17_000_000 for name in TEACHERS)
    assert (ASSETS / "wav2small.onnx").stat().st_size <= 80_000
    assert (ASSETS / "etude.onnx").stat().st_size <= 50_000
    assert stated("wav2small")["parameters"] == 71_801


@pytest.mark.parametrize("name", STUDENTS)
def test_the_trained_weights_are_those_of_the_file(name, samples):
    student = weights.load(StudentSpec(**stated(name)["spec"]), ASSETS / f"{name}{weights.SUFFIX}")
    for clip in samples.values():
        full = student(torch.from_numpy(clip[None])).detach().numpy()
        np.testing.assert_allclose(shipped(name).predict(clip[None])[0], full, atol=0.05)


@pytest.mark.parametrize("name", STUDENTS)
def test_a_student_is_that_teachers(name):
    said = stated(name)
    assert (said["teacher"], said["teacher_sha256"]) == ("embedded", stated("teacher")["sha256"])
    assert said["licence"] == stated("teacher")["licence"]


@pytest.mark.parametrize("name", NAMES)
def test_the_card_has_the_contracts_figures(name):
    said = stated(name)
    text = (ASSETS / f"{name}.md").read_text()
    assert text == CARDS[name](said, (ASSETS / f"{name}.onnx").stat().st_size)
    assert said["licence"].split(" (")[0] in text
    assert len(re.findall(r"0\.\d\d \[", text)) >= 12


def test_no_score_lies_outside_its_interval():
    chosen_of = {
        "teacher": ("dev", "test", "baseline"),
        "teacher_open": ("dev", "test"),
        **dict.fromkeys(STUDENTS, ("to_teacher", "to_anchors")),
    }
    for name, sets in chosen_of.items():
        for entry in (entry for chosen in sets for entry in stated(name)["metrics"][chosen]):
            assert entry["n"] > entry["speakers"] >= 1
            if entry["speakers"] == 1:
                continue
            assert (np.array(entry["low"]) <= np.array(entry["ccc"]) + 1e-3).all()
            assert (np.array(entry["ccc"]) <= np.array(entry["high"]) + 1e-3).all()


def test_nothing_was_lost_in_quantization():
    for name, least in (*((name, 0.995) for name in TEACHERS), *((name, 0.99) for name in STUDENTS)):
        assert all(value >= least for value in stated(name)["metrics"]["ccc_to_fp32"])


@pytest.mark.parametrize("name", NAMES)
def test_they_say_of_the_samples_what_they_said(name):
    model = shipped(name)
    before, now = json.loads(golden.PATH.read_text())[model.name], golden.values()[model.name]
    assert before.keys() == now.keys() == {path.stem for path in SAMPLES}
    for clip, values in now.items():
        assert values == pytest.approx(before[clip], abs=5e-3), clip  # processors round, and tip an 8-bit step


@pytest.mark.parametrize("name", NAMES)
def test_the_gain_changes_nothing(samples, name):
    for clip in samples.values():
        plain = golden.heard(shipped(name), clip)
        for gain_db in (-12, -6, 6, 12):
            louder = (clip * 10 ** (gain_db / 20)).astype(np.float32)
            assert golden.heard(shipped(name), louder) == pytest.approx(plain, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sound", [silence(3), noise(3), noise(3, colour=1), tone(200, 3)], ids=range(4))
def test_they_say_nothing_of_what_is_not_speech(name, sound):
    answer = listen.answer(shipped(name), sound)
    assert np.isnan(answer.adv).all()
    assert np.isnan(answer.trace.values).all()


def test_fury_is_more_aroused_than_weariness(samples):
    for model in golden.shipped():
        furious, weary = (golden.heard(model, samples[name]) for name in ("furious", "weary"))
        assert furious[0] > weary[0] + 0.1


def test_the_samples_are_listed_and_called_synthetic():
    listed = json.loads((ASSETS / "samples" / "samples.json").read_text())
    assert sorted(entry["file"] for entry in listed) == [path.name for path in SAMPLES]
    assert all("ynthetic" in entry["description"] for entry in listed)
    assert len(listed) >= 6


def test_the_comparison_is_the_table_of_its_figures():
    found = json.loads((ASSETS / "students.json").read_text())
    assert (ASSETS / "students.md").read_text() == compare.markdown(found)
    assert {entry["run"] for entry in found} <= students.RUNS.keys()


def test_etude_leads_whom_the_readme_says_it_leads():
    entries = {entry["run"]: entry for entry in json.loads((ASSETS / "students.json").read_text())}
    for other in ("wav2small_paper", "mobilenetv4_small"):
        assert min(entries[other]["lead_low"]) > 0
    assert entries["mobilenetv4_small"]["bytes"] > 50 * entries["etude"]["bytes"]


def test_the_ablation_has_a_row_for_every_change():
    text = (ASSETS / "ablation.md").read_text()
    assert [name for name in ablation.CHANGES if f"| {name} |" not in text] == []
