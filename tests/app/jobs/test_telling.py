import threading

import pytest

from app.jobs.telling import Tell, steps


def test_what_is_told_comes_out_in_order() -> None:
    def work(tell: Tell) -> None:
        for part in range(4):
            tell(part / 4, f"part {part}")

    found = list(steps(work))
    assert [step.message for step in found] == [f"part {part}" for part in range(4)]
    assert [step.part for step in found] == [0, 0.25, 0.5, 0.75]


def test_silent_work_ends_too() -> None:
    assert list(steps(lambda tell: None)) == []


def test_what_goes_wrong_comes_out() -> None:
    def work(tell: Tell) -> None:
        tell(0.5, "half")
        raise ValueError("This can't be.")

    ours = steps(work)
    assert next(ours).part == 0.5
    with pytest.raises(ValueError, match="This can't be"):
        next(ours)


def test_dropped_work_ends_at_its_next_word() -> None:
    ended, said = threading.Event(), []

    def work(tell: Tell) -> None:
        try:
            for number in range(1_000_000):
                tell(0, str(number))
                said.append(number)
        finally:
            ended.set()

    ours = steps(work)
    next(ours)
    ours.close()
    assert ended.is_set()
    assert len(said) < 1_000_000
