"""A student learns from the loudness teacher, for real and in seconds, and nothing that stops it changes it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.scoring.measure import ccc
from engine.students import slim
from engine.training import distil
from engine.training.crops import Crops
from engine.training.distil import Training, answers, calibrate
from engine.training.presets import DistilOptions
from engine.types import StudentSpec
from tests import taught

SPEC = StudentSpec("wav2small", size=4, seed=0)
OPTIONS = DistilOptions(passes=12, pass_s=1000, batch_s=16.0, rate=0.01, average=0.9, processes=1, keep_s=0.0)
SHORT = replace(OPTIONS, passes=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Taught crops: 200 to learn from, 60 to choose by, 60 never heard."""
    return taught.folder(tmp_path_factory.mktemp("crops"))


def trained(data, folder, spec=SPEC, options=OPTIONS):
    told = list(Training(spec, options, data, folder).run())
    return distil.load(spec, folder), told


@pytest.fixture(scope="module")
def student(data, tmp_path_factory):
    return trained(data, tmp_path_factory.mktemp("student"))


def scored(student, data, name):
    crops = Crops.open(data, name)
    return answers(student, crops), crops.adv


def same(one, other):
    return all(torch.equal(value, other.state_dict()[key]) for key, value in one.state_dict().items())


def test_it_agrees_with_its_teacher_on_clips_it_never_heard(data, student):
    learnt = ccc(*scored(student[0], data, "test"))
    before = ccc(*scored(distil.build(SPEC), data, "test"))
    assert learnt.mean() > 0.7
    assert before.mean() < 0.1


def test_it_comes_out_calibrated(data, student):
    said, wanted = scored(student[0], data, "dev")
    assert said.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=1e-3)
    assert said.std(axis=0) == pytest.approx(wanted.std(axis=0), rel=1e-2)


def test_it_tells_how_it_goes(data, student):
    _, told = student
    scores = [each for each in told if each.dev]
    assert [each.passes for each in scores] == list(range(1, 13))
    assert scores[-1].best == max(float(np.mean(each.dev)) for each in scores)
    said, wanted = scored(student[0], data, "dev")
    assert float(ccc(said, wanted).mean()) == pytest.approx(scores[-1].best, abs=0.01)
    steps = [each for each in told if not each.dev]
    assert np.mean([each.loss for each in steps[-5:]]) < np.mean([each.loss for each in steps[:5]])
    assert all(each.samples_s > 0 and each.left_s >= 0 for each in steps)
    assert [each.passes for each in told] == sorted(each.passes for each in told)


def test_one_seed_one_student_and_another_seed_another(data, tmp_path):
    folders = [tmp_path / name for name in ("one", "again", "other")]
    for folder in folders:
        folder.mkdir()
    one, again, other = (
        trained(data, folder, replace(SPEC, seed=seed), SHORT)[0]
        for folder, seed in zip(folders, (0, 0, 1), strict=True)
    )
    assert same(one, again)
    assert not torch.equal(one.out.weight, other.out.weight)


def test_stopped_anywhere_it_ends_as_if_it_had_not_been(data, tmp_path):
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole, _ = trained(data, tmp_path / "whole", options=SHORT)
    for steps in (1, 3, 4, 2):
        running = Training(SPEC, SHORT, data, tmp_path / "stopped").run()
        for _ in range(steps):
            next(running)
        running.close()
    stopped, told = trained(data, tmp_path / "stopped", options=SHORT)
    assert told[0].passes > 0.5
    assert same(whole, stopped)


def test_it_stops_when_dev_no_longer_rises(data, tmp_path):
    _, told = trained(data, tmp_path, options=replace(OPTIONS, rate=0.0, passes=30, patience=2))
    assert told[-1].passes < 30


@pytest.mark.parametrize(
    "change",
    [{"embedding": 0.0}, {"anchor": 0.0, "quadrant": 1.0}, {"average": 0.0}, {"calibrate": False}, {"bf16": False}],
)
def test_each_ingredient_can_be_left_out(data, tmp_path, change):
    _, told = trained(data, tmp_path, options=replace(SHORT, passes=1, **change))
    assert np.isfinite(told[-1].dev).all()


def test_calibrating_brings_mean_and_spread_to_the_teachers(data):
    crops = Crops.open(data, "dev")
    wanted = np.random.default_rng(0).normal(0.5, [0.1, 0.2, 0.05], (len(crops), 3)).astype(np.float32)
    student = distil.build(SPEC)
    calibrate(student, answers(student, crops), wanted)
    now = answers(student, crops)
    assert now.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=1e-3)
    assert now.std(axis=0) == pytest.approx(wanted.std(axis=0), rel=1e-2)


def test_a_slimmable_student_comes_out_calibrated_at_every_width(data, tmp_path):
    network, told = trained(data, tmp_path, StudentSpec("slim", size=4), replace(OPTIONS, passes=6))
    assert isinstance(network, slim.Slim)
    crops = Crops.open(data, "dev")
    for width in slim.WIDTHS:
        said = answers(slim.narrow(network, width), crops)
        assert said.mean(axis=0) == pytest.approx(crops.adv.mean(axis=0), abs=1e-3)
        assert ccc(said, crops.adv).mean() > 0.2
    assert ccc(said, crops.adv).mean() == pytest.approx(told[-1].best, abs=0.05)
