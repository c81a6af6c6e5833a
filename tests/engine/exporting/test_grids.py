"""Weights on grids: nothing is further from its place than half a step, and multiples of a row keep its places."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.exporting import grids
from engine.exporting.grids import INT3, INT4, INT4_ROWS, INT5, INT8, PACKED, PAIRS, SPARSE4, Grid

ALL = (INT8, INT5, INT4, INT4_ROWS, INT3)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 150))


def matrix(shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=30)
@given(shape=sizes, seed=st.integers(0, 99), grid=st.sampled_from(ALL))
def test_a_weight_is_within_half_a_step_or_at_the_end_of_its_grid(shape, seed, grid):
    weights = matrix(shape, seed)
    places, scale = grids.steps(weights, grid)
    half = grid.levels // 2
    assert places.min() >= -half
    assert places.max() < half
    assert torch.equal(places, places.round())
    assert torch.equal(scale, scale.half().float())
    off = (grids.split(weights, grid) / scale - places).abs()
    inside = (places > -half) & (places < half - 1)
    assert (off[inside] <= 0.5 + 1e-4).all()
    assert (off <= 1 + 1e-4 * half).all()
    assert torch.equal(grids.rounded(weights, grid), grids.join(places * scale, *weights.shape))


@settings(max_examples=30)
@given(shape=sizes, seed=st.integers(0, 99), grid=st.sampled_from((*ALL, SPARSE4)))
def test_what_lies_on_a_grid_stays_where_it_is(shape, seed, grid):
    once = grids.rounded(matrix(shape, seed), grid)
    assert torch.allclose(grids.rounded(once, grid), once, atol=1e-6)


@pytest.mark.parametrize("grid", ALL)
def test_a_batch_norm_folded_into_a_row_changes_no_place(grid):
    weights, factors = matrix((4, 64)), torch.tensor([[0.25], [-2.0], [0.5], [-1.0]])
    assert torch.equal(grids.steps(weights, grid)[0], grids.steps(weights * factors, grid)[0])


def test_a_row_of_zeros_stays_zero():
    assert torch.equal(grids.rounded(torch.zeros(2, 40), INT4), torch.zeros(2, 40))


@settings(max_examples=30)
@given(shape=sizes, seed=st.integers(0, 99))
def test_a_sparse_grid_keeps_the_two_largest_of_four(shape, seed):
    weights = matrix(shape, seed)
    places, _ = grids.steps(weights, SPARSE4)
    fours, wanted = places.reshape(-1, 4), grids.split(weights, SPARSE4).reshape(-1, 4)
    assert ((fours != 0).sum(dim=1) <= 2).all()
    least = wanted.abs().argsort(dim=1)[:, :2]
    assert (fours.gather(1, least) == 0).all()
    codes, kept = grids.pairs(places)
    rebuilt = torch.zeros_like(fours).scatter(1, torch.tensor(PAIRS)[codes], kept)
    assert torch.equal(rebuilt, fours)


def test_words_hold_their_digits():
    for levels, word in PACKED.items():
        assert levels**word.digits <= 256**word.bytes
    assert Grid(16).bits == 4
    assert SPARSE4.bits == pytest.approx(2 + 8 / 3 / 4)
    assert str(INT4) == "4 bits in blocks of 32"
