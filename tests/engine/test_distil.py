"""A student learns from the loudness teacher, for real and in seconds."""

import numpy as np
import pytest
import torch

from engine import plugins
from engine.distil import Crops, DistilOptions, answers, calibrate, ccc_loss, distil
from engine.measure import ccc
from engine.recipes.student_crops import save
from engine.teachers import loudness
from engine.types import StudentSpec
from tests.sounds import babble

SPEC = StudentSpec("wav2small", size=4, seed=0)
OPTIONS = DistilOptions(epochs=12, batch_s=16.0, rate=0.01, average=0.9, processes=1)


def taught(seed):
    samples = np.rint(32_000 * babble(0.5, np.random.default_rng(seed)) / 0.9).astype(np.int16)
    adv, embedding = loudness.load().predict(samples[None] / np.float32(32_768))
    return [(samples, adv[0], embedding[0])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Taught crops: 200 to learn from and 60 to choose by."""
    folder = tmp_path_factory.mktemp("crops")
    save((taught(seed) for seed in range(200)), folder, "train")
    save((taught(seed) for seed in range(1000, 1060)), folder, "dev")
    save((taught(seed) for seed in range(2000, 2060)), folder, "test")
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("student") / "student.pt"
    distil(SPEC, OPTIONS, folder, path)
    return torch.load(path, weights_only=True)


def untrained():
    torch.manual_seed(SPEC.seed)
    return plugins.load("students", SPEC.architecture).build(SPEC)


def loaded(weights):
    student = untrained()
    student.load_state_dict(weights)
    return student


def said_and_taught(student, folder, name):
    crops = Crops.open(folder, name)
    clips = [crops.audio(np.array([row]))[0].numpy() for row in range(len(crops.start))]
    return answers(student, clips), crops.adv


def test_it_agrees_with_its_teacher_on_clips_it_never_heard(folder, trained):
    learnt = ccc(*said_and_taught(loaded(trained), folder, "test"))
    before = ccc(*said_and_taught(untrained(), folder, "test"))
    assert learnt.mean() > 0.7
    assert before.mean() < 0.1


def test_it_comes_out_calibrated(folder, trained):
    said, wanted = said_and_taught(loaded(trained), folder, "dev")
    assert said.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=1e-3)
    assert said.std(axis=0) == pytest.approx(wanted.std(axis=0), rel=1e-2)


def test_one_seed_one_student_and_another_seed_another(folder, tmp_path):
    short = DistilOptions(epochs=1, batch_s=16.0, processes=1)
    for name, seed in (("one", 0), ("again", 0), ("other", 1)):
        distil(StudentSpec("wav2small", size=2, seed=seed), short, folder, tmp_path / name)
    one, again, other = (torch.load(tmp_path / name, weights_only=True) for name in ("one", "again", "other"))
    assert all(torch.equal(one[key], again[key]) for key in one)
    assert not torch.equal(one["out.weight"], other["out.weight"])


def test_two_processes_teach_one_student(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    options = DistilOptions(epochs=1, batch_s=16.0, processes=2)
    distil(StudentSpec("wav2small", size=2), options, folder, tmp_path / "student.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["student.pt"]
    student = plugins.load("students", "wav2small").build(StudentSpec("wav2small", size=2))
    student.load_state_dict(torch.load(tmp_path / "student.pt", weights_only=True))
    said, wanted = said_and_taught(student, folder, "dev")
    assert said.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=1e-3)


def test_calibrating_brings_mean_and_spread_to_the_teachers():
    rng = np.random.default_rng(0)
    clips = [babble(0.5, rng) for _ in range(10)]
    wanted = rng.normal(0.5, [0.1, 0.2, 0.05], (10, 3)).astype(np.float32)
    student = untrained()
    said = answers(student, clips)
    calibrate(student, said, wanted)
    now = answers(student, clips)
    assert now.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=1e-3)
    assert now.std(axis=0) == pytest.approx(wanted.std(axis=0), rel=1e-2)


def test_the_loss_is_one_minus_the_ccc_that_is_reported():
    rng = np.random.default_rng(0)
    said, wanted = rng.normal(size=(2, 40, 3)).astype(np.float32)
    loss = ccc_loss(torch.from_numpy(said), torch.from_numpy(wanted))
    assert float(loss) == pytest.approx(1 - float(ccc(said, wanted).mean()), abs=1e-4)
    assert float(ccc_loss(torch.from_numpy(said), torch.from_numpy(said))) == pytest.approx(0, abs=1e-4)
