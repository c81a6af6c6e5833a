import numpy as np
import pytest
import torch

from engine.scoring.measure import ccc
from engine.training import losses

RNG = np.random.default_rng(0)
SAID, WANTED = RNG.normal(0.5, 0.2, (2, 40, 3)).astype(np.float32)
ONE = torch.ones(40)


def of(values):
    return torch.from_numpy(values)


def test_the_loss_is_one_minus_the_ccc_that_is_reported():
    loss = losses.ccc_loss(of(SAID), of(WANTED))
    assert float(loss) == pytest.approx(1 - float(ccc(SAID, WANTED).mean()), abs=1e-4)
    assert float(losses.ccc_loss(of(SAID), of(SAID))) == pytest.approx(0, abs=1e-4)


def test_a_row_of_weight_two_counts_as_two_rows():
    weights = ONE.clone()
    weights[:10] = 2
    said, wanted = (np.concatenate([values, values[:10]]) for values in (SAID, WANTED))
    for loss in (losses.ccc_loss, losses.squared, losses.quadrant):
        twice = loss(of(said), of(wanted), torch.ones(50))
        assert float(loss(of(SAID), of(WANTED), weights)) == pytest.approx(float(twice), abs=1e-6)


def test_the_quadrant_loss_sees_the_side_and_little_else():
    far, near = torch.full((4, 3), 0.9), torch.full((4, 3), 0.8)
    other = torch.full((4, 3), 0.2)
    one = torch.ones(4)
    assert float(losses.quadrant(far, near, one)) < 0.01
    assert float(losses.quadrant(far, other, one)) > 1.9


def test_only_rows_with_an_embedding_follow_it():
    embedding = torch.randn(6, 8, generator=torch.Generator().manual_seed(0))
    embedding[3:] = 0
    assert float(losses.following(3 * embedding, embedding)) == pytest.approx(0, abs=1e-6)
    assert float(losses.following(-embedding, embedding)) == pytest.approx(2, abs=1e-6)
    projected = torch.randn(6, 8, requires_grad=True)
    nothing = losses.following(projected, torch.zeros(6, 8))
    nothing.backward()
    assert float(nothing.detach()) == 0
