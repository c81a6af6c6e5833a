"""A student of many widths: they share weights, have norms of their own, learn together, and can be cut apart."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from engine.scoring.measure import ccc
from engine.students import etude, slim
from engine.students.slim import FULL, WIDTHS, narrow, sandwich
from engine.training import losses
from engine.training.crops import Crops
from engine.training.distil import answers, calibrate
from engine.types import StudentSpec
from tests import taught

SPEC = StudentSpec("slim", size=8)
STEPS, BATCH = 80, 48


def built(spec=SPEC):
    torch.manual_seed(spec.seed)
    return slim.build(spec)


@pytest.fixture(scope="module")
def crops(tmp_path_factory):
    """Taught crops to learn from, and others to choose by."""
    folder = taught.folder(tmp_path_factory.mktemp("crops"), train=144, dev=40, test=1)
    return Crops.open(folder, "train"), Crops.open(folder, "dev")


@pytest.fixture(scope="module")
def trained(crops):
    """All widths taught at once, as a training does it, then settled and calibrated one by one."""
    train, dev = crops
    network = built()
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for step in range(STEPS):
        rows = np.random.default_rng(step).choice(len(train), BATCH, replace=False)
        log_mel, target = network.log_mel(train.audio(rows)), torch.from_numpy(train.adv[rows])
        said = [network.at(width, log_mel) for width in (FULL, *sandwich(0, 0, step))]
        optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / STEPS)
        optimiser.zero_grad()
        torch.stack([losses.ccc_loss(each, target) + (each - target).square().mean() for each in said]).sum().backward()
        optimiser.step()
    for width in WIDTHS:
        network.use(width)
        settle(network, train.audio(np.arange(len(train))))
        calibrate(network, answers(network, dev), dev.adv)
    return network


@torch.no_grad()
def settle(network, audio):
    for norm in norms(network):
        norm.reset_running_stats()
        norm.momentum = None
    network.train()(audio)
    network.eval()


def norms(network):
    return [part for part in network.modules() if isinstance(part, torch.nn.modules.batchnorm._BatchNorm)]


@pytest.mark.parametrize("width", WIDTHS)
def test_each_width_agrees_with_the_teacher_on_clips_it_never_heard(trained, crops, width):
    dev = crops[1]
    said = answers(narrow(trained, width), dev)
    assert ccc(said, dev.adv).mean() > 0.4
    assert said.mean(axis=0) == pytest.approx(dev.adv.mean(axis=0), abs=1e-3)
    assert said.std(axis=0) == pytest.approx(dev.adv.std(axis=0), rel=1e-2)


@torch.inference_mode()
@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_cut_out_says_what_the_whole_says_at_that_width(trained, crops, width):
    audio = crops[1].audio(np.arange(8))
    cut = narrow(trained, width)
    assert type(cut) is etude.Etude
    assert torch.allclose(cut(audio), trained.at(width, trained.log_mel(audio)), atol=1e-5)
    assert torch.allclose(trained(audio), narrow(trained, FULL)(audio), atol=1e-5)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_spec_with_a_width_builds_the_network_that_is_cut_out(trained, width):
    plain = slim.build(StudentSpec("slim", size=8, shape={"percent": width}))
    plain.load_state_dict(narrow(trained, width).state_dict())


def test_a_narrow_network_has_the_first_rows_and_columns_of_the_wide_one(trained):
    half, full = narrow(trained, 50), narrow(trained, FULL)
    wide, thin = full.attention.weight, half.attention.weight
    assert thin.shape == (wide.shape[0] // 2, wide.shape[1] // 2)
    assert torch.equal(thin, wide[: len(thin), : len(thin)])
    assert sum(w.numel() for w in half.parameters()) < 0.3 * sum(w.numel() for w in full.parameters())


def test_settling_and_calibrating_one_width_leaves_the_others_alone(trained, crops):
    network, (train, dev) = deepcopy(trained), crops
    before = {width: narrow(network, width).state_dict() for width in WIDTHS}
    network.use(50)
    settle(network, train.audio(np.arange(16)))
    calibrate(network, answers(network, dev), 2 * dev.adv)
    network.use(FULL)
    for width in WIDTHS:
        now = narrow(network, width).state_dict()
        kept = [name for name in now if "num_batches" not in name and torch.equal(now[name], before[width][name])]
        assert ("out.weight" in kept) == ("narrow.1.running_mean" in kept) == (width != 50)


def test_a_copy_has_a_width_of_its_own(trained):
    copy = deepcopy(trained)
    copy.use(25)
    assert len(copy.attention.weight) < len(trained.attention.weight)


def test_every_weight_learns_in_every_step(crops):
    network = built()
    network(crops[0].audio(np.arange(4))).sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())
    assert all(weight.grad.stride() == weight.stride() for weight in network.parameters())


def test_steps_teach_the_ends_and_one_between_and_follow_from_the_seed():
    taught_at = [sandwich(1, 2, step) for step in range(50)]
    assert taught_at == [sandwich(1, 2, step) for step in range(50)]
    assert taught_at != [sandwich(2, 2, step) for step in range(50)]
    assert {least for least, _ in taught_at} == {WIDTHS[0]}
    assert {between for _, between in taught_at} == set(WIDTHS[1:-1])


def test_what_there_is_not_is_answered_with_what_there_is(trained):
    with pytest.raises(ValueError, match="no width of 33 per cent; there are: 25, 50, 75, 100"):
        trained.use(33)
    with pytest.raises(ValueError, match="no width of 10 per cent"):
        slim.build(StudentSpec("slim", shape={"percent": 10}))
    with pytest.raises(ValueError, match="no dial breadth; it has hop"):
        slim.build(StudentSpec("slim", shape={"breadth": 3}))
