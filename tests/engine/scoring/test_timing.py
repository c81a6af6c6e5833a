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


def test_a_ratio_is_of_medians():
    assert timing.ratio([1, 30, 1000], [5, 10, 11]) == 3


def test_the_reference_and_a_models_two_ways_answer(voice):
    assert timing.log_mel(voice).shape[0] == 40
    adv, _ = timing.clip_value(loudness.load())(voice)
    pieces = timing.bare(loudness.load())(np.tile(voice, 3))
    assert adv.shape == (3,)
    assert len(pieces) == -(-3 * len(voice) // 160_000)
    assert pieces[0][0] == pytest.approx(loudness.load().predict(np.tile(voice, 3)[None, :160_000])[0])
