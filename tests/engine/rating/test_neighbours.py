import numpy as np
import pytest

from engine.rating import neighbours
from engine.rating.neighbours import FEW, NEAREST, Neighbours


def library(clips=200, width=40, seed=0):
    """Embeddings and labels that are a smooth function of them."""
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(clips, width)).astype(np.float32) * np.geomspace(3, 0.01, width, dtype=np.float32)
    said = (0.5 + 0.1 * np.tanh(embedding[:, :3])).astype(np.float32)
    return embedding, said


def by_hand(embedding, said):
    apart = np.square(embedding[:, None] - embedding[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return said[np.argsort(apart, axis=1)[:, :NEAREST]].mean(axis=1)


def test_the_nearest_are_those_found_by_hand_without_the_clip_itself():
    embedding, said = library(width=neighbours.WIDTH)  # all axes are kept, and with them the distances
    found = Neighbours(embedding, said).mean(np.arange(200))
    np.testing.assert_allclose(found, by_hand(embedding, said), atol=1e-5)
    assert Neighbours(embedding, said).mean(np.array([7, 3])) == pytest.approx(found[[7, 3]])


def test_more_axes_than_are_kept_change_little():
    embedding, said = library(width=100)
    found = Neighbours(embedding, said).mean(np.arange(200))
    assert np.abs(found - by_hand(embedding, said)).mean() < 0.01


def test_the_order_of_clips_changes_nothing():
    embedding, said = library()
    order = np.random.default_rng(1).permutation(200)
    turned = Neighbours(embedding[order], said[order]).mean(np.arange(200))
    np.testing.assert_allclose(turned, Neighbours(embedding, said).mean(order), atol=1e-5)


def test_in_a_large_library_a_part_of_the_clips_says_nearly_the_same(monkeypatch):
    embedding, said = library(clips=2000, width=3)
    whole = Neighbours(embedding, said).mean(np.arange(2000))
    monkeypatch.setattr(neighbours, "SOUGHT", 500)
    part = Neighbours(embedding, said)
    assert len(part._sought) == 500
    assert np.abs(part.mean(np.arange(2000)) - whole).mean() < 0.02


def test_clips_without_embedding_or_label_have_no_neighbours_and_are_none():
    embedding, said = library()
    embedding[0], said[1] = np.nan, np.nan
    found = Neighbours(embedding, said).mean(np.arange(200))
    assert np.isnan(found[:2]).all()
    assert not np.isnan(found[2:]).any()


@pytest.mark.parametrize("clips", [0, 1, FEW - 1])
def test_too_few_clips_have_no_neighbours(clips):
    embedding, said = library(clips)
    assert np.isnan(Neighbours(embedding, said).mean(np.arange(clips))).all()


def test_clips_that_are_all_alike_have_neighbours_too():
    said = library()[1]
    found = Neighbours(np.ones((200, 8), np.float32), said).mean(np.arange(200))
    assert not np.isnan(found).any()


def test_a_teacher_without_embeddings_has_no_neighbours():
    assert np.isnan(Neighbours(np.zeros((60, 0), np.float32), library(60)[1]).mean(np.arange(60))).all()
