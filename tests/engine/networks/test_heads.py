import numpy as np
import pytest

from engine.networks import whisper
from engine.networks.heads import Head
from engine.teachers import embedded

RNG = np.random.default_rng(0)
HEAD = Head(RNG.normal(size=(16, 3)).astype(np.float32), np.array([0.5, 0.4, 0.3], np.float32), 0.25)


def test_the_spread_is_that_of_many_masks():
    embedding = RNG.normal(size=(4, 16)).astype(np.float32)
    masks = (RNG.random((20_000, 1, 16)) >= HEAD.dropout) / (1 - HEAD.dropout)
    answers = (masks * embedding) @ HEAD.weight + HEAD.bias
    np.testing.assert_allclose(HEAD.spread(embedding), answers.std(axis=0), rtol=0.03)
    np.testing.assert_allclose(HEAD.answer(embedding), answers.mean(axis=0), atol=0.05)


def test_nothing_is_dropped_of_nothing():
    assert not HEAD.spread(np.zeros((2, 16), np.float32)).any()
    assert np.isnan(HEAD.spread(np.full((1, 16), np.nan, np.float32))).all()


def test_the_embedded_teachers_head_makes_its_answer_of_its_embedding(voice):
    adv, embedding = embedded.load().predict(voice[None, :48_000])
    assert embedding is not None
    assert embedded.head().answer(embedding) == pytest.approx(adv, abs=0.01)  # the file rounds in 8 bits on the way
    assert embedded.head().spread(embedding).max() < 0.1


def test_its_dropout_is_what_it_was_trained_with():
    assert whisper.Head().embed[-1].p == embedded.DROPOUT
