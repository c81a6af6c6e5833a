import time
from functools import partial

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from engine.scoring import timing
from engine.teachers import loudness


def test_tasks_take_turns_on_one_thread_over_all_clips():
    order, threads = [], []

    def task(name):
        def run(samples):
            order.append((name, len(samples)))
            threads.extend(pool["num_threads"] for pool in threadpool_info())

        return run

    clips = [np.zeros(length, np.float32) for length in (16_000, 8000)]
    found = timing.speeds({"a": task("a"), "b": task("b")}, clips, rounds=2)
    assert order == [("a", 16_000), ("a", 8000), ("b", 16_000), ("b", 8000)] * 3
    assert set(threads) == {1}
    assert {name: len(values) for name, values in found.items()} == {"a": 2, "b": 2}
    assert all(values == sorted(values) and values[0] > 0 for values in found.values())


@pytest.mark.parametrize("warm", [False, True])
def test_a_warm_call_follows_one_of_the_same_that_is_not_timed(warm):
    order, slept = [], {"a": iter([0.0, 0.02] * 5), "b": iter([0.0] * 10)}

    def task(name):
        order.append(name)
        end = time.process_time() + next(slept[name])
        while time.process_time() < end:
            pass

    found = timing.calls_ms({name: partial(task, name) for name in slept}, rounds=2, warm=warm)
    assert order == (["a", "a", "b", "b"] if warm else ["a", "b"]) * 5
    if warm:
        assert found["a"] >= 20


def test_a_ratio_is_of_medians():
    assert timing.ratio([1, 30, 1000], [5, 10, 11]) == 3


def test_the_reference_and_a_models_two_ways_answer(voice):
    assert timing.log_mel(voice).shape[0] == 40
    adv, _ = timing.clip_value(loudness.load())(voice)
    pieces = timing.bare(loudness.load())(np.tile(voice, 3))
    assert adv.shape == (3,)
    assert len(pieces) == -(-3 * len(voice) // 160_000)
    assert pieces[0][0] == pytest.approx(loudness.load().predict(np.tile(voice, 3)[None, :160_000])[0])
