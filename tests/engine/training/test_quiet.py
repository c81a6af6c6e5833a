import numpy as np

from engine.sound import speech
from engine.training import quiet
from engine.training.crops import STEP
from engine.training.reinforce import FULL, hearable
from engine.training.sampling import QUIET


def test_sounds_without_speech_have_their_own_target_and_no_embedding():
    made = list(quiet.crops(30, embedding=7))
    assert len({crop.samples.tobytes() for crop in made}) == 30
    for crop in made:
        assert np.abs(crop.samples).max() == FULL
        assert len(crop.samples) % STEP == 0
        assert tuple(crop.adv) == quiet.REST
        assert np.array_equal(crop.embedding, np.zeros(7))
        assert crop.group == QUIET
    assert sum(bool(speech.spans(hearable(crop.samples))) for crop in made) <= 3


def test_the_same_again():
    first, second = (list(quiet.crops(5, 3, seed=4)) for _ in range(2))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, second, strict=True))
