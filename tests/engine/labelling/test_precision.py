"""16 bits are used where they are fast and change nothing that matters; else fp32, and the reason is told."""

import numpy as np

from engine.labelling import precision
from tests.sounds import noise

CLIPS = [noise(0.5, level=0.02 * (1 + place), seed=place) for place in range(12)]


class Rounded:
    """Answers by level, with an error that is a part of the spread between clips."""

    def __init__(self, error: float) -> None:
        self.error = error

    def predict(self, audio):
        level = np.sqrt(np.mean(audio**2, axis=1, keepdims=True))
        wobble = self.error * np.sin(1e4 * level)
        return np.hstack([level, 0.5 * level, 1 - level]) + 0.07 * wobble * [1, 0.5, 1], None


def tried(error, clips=CLIPS, able=True):
    opened = []

    def teacher(name):
        opened.append(name)
        return Rounded(error if name == "bf16" else 0.0)

    return precision.gate(teacher, clips, able), opened


def test_a_small_drift_passes_and_is_told():
    found, opened = tried(0.05)
    assert (found.precision, opened) == ("bf16", ["fp32", "bf16"])
    assert min(found.ccc) > precision.LEAST_CCC and 0 < found.drift < precision.MOST_DRIFT
    assert f"{found.drift:.3f}" in found.why and f"{found.ccc[0]:.4f}" in found.why


def test_a_large_drift_falls_back():
    found, _ = tried(0.5)
    assert found.precision == "fp32" and found.drift > precision.MOST_DRIFT
    assert f"{found.drift:.3f}" in found.why


def test_answers_that_are_no_numbers_fall_back():
    found, _ = tried(float("nan"))
    assert (found.precision, found.ccc) == ("fp32", None)


def test_where_it_can_not_be_tried_nothing_is_opened():
    for found, opened in (tried(0.0, able=False), tried(0.0, CLIPS[:3])):
        assert (found.precision, found.ccc, opened) == ("fp32", None, [])
        assert found.why.startswith("fp32")
