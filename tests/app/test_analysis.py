import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from app import models
from app.analysis import StoppedError, hear, watch
from engine.labelling.listen import answer


def speechless(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, int(16_000 * seconds)).astype(np.float32)


def test_each_model_is_heard_as_if_alone() -> None:
    opened, samples = models.teacher("loudness"), speechless(3)
    heard = hear(samples, [opened, opened], lambda part: None)
    for one in heard:
        np.testing.assert_array_equal(one.answer.adv, answer(opened.model, samples).adv)
        assert one.took_s > 0


def test_the_result_comes_last_and_progress_before() -> None:
    def work(report: Callable[[float], None]) -> str:
        report(0.5)
        time.sleep(0.5)
        return "heard"

    *before, last = watch(work)
    assert last == "heard"
    assert set(before) <= {0.0, 0.5}
    assert before


def test_whoever_leaves_stops_the_work() -> None:
    ended, began = threading.Event(), threading.Event()

    def work(report: Callable[[float], None]) -> None:
        try:
            while True:
                began.set()
                report(0.1)
                time.sleep(0.01)
        except StoppedError:
            ended.set()
            raise

    steps = watch(work)
    next(steps)
    assert began.is_set()
    steps.close()
    assert ended.wait(10)


def test_an_error_is_passed_on() -> None:
    def work(report: Callable[[float], None]) -> None:
        raise ValueError("Nothing to hear.")

    with pytest.raises(ValueError, match="Nothing to hear"):
        list(watch(work))
