import operator
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.labelling import pool
from tests.classroom import children


def outcomes(function, tasks, processes):
    return [came for came in pool.each(function, tasks, processes) if came is not None]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_task_gives_what_its_function_gives_or_raises(processes: int) -> None:
    tasks = [(n, n % 3) for n in range(10)]
    found = dict(outcomes(divmod, tasks, processes))
    assert sorted(found) == list(range(10))
    for place, (n, by) in enumerate(tasks):
        assert found[place] == divmod(n, by) if by else isinstance(found[place], ZeroDivisionError)


def test_a_process_that_dies_is_replaced_and_only_its_task_is_lost() -> None:
    found = dict(outcomes(eval, [("1 + 1",), ("__import__('os').abort()",), *[("2 + 2",)] * 6], 2))
    assert isinstance(found.pop(1), pool.LostError)
    assert found == {0: 2, **dict.fromkeys(range(2, 8), 4)}


def test_where_every_process_dies_it_is_said_and_ended() -> None:
    before = children(os.getpid())
    with pytest.raises(pool.LostError, match="memory"):
        outcomes(os._exit, [(1,)] * 20, 2)
    assert set(children(os.getpid())) <= set(before)


def test_tasks_are_asked_for_one_by_one_and_who_stops_leaves_no_process() -> None:
    asked, before = [], children(os.getpid())

    def tasks():
        for n in range(100):
            asked.append(n)
            yield n, 1

    steps = pool.each(operator.add, tasks(), 2)
    came = [next(step for step in steps if step is not None) for _ in range(4)]
    assert len(asked) <= len(came) + 2
    steps.close()
    assert set(children(os.getpid())) <= set(before)


def test_while_nothing_comes_one_can_look_around() -> None:
    came = list(pool.each(time.sleep, [(1.2,)], 2))
    assert came[0] is None and came[-1] == (0, None)


def test_what_is_printed_disturbs_nothing_and_what_cannot_be_pickled_is_told() -> None:
    assert sorted(outcomes(print, [("hello",)] * 3, 2)) == [(n, None) for n in range(3)]
    ((_, came),) = outcomes(eval, [("lambda: 1",)], 2)
    assert isinstance(came, RuntimeError)


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from engine.labelling import pool
for _ in pool.each(time.sleep, [(60,), (60,)], 2):
    Path({str(tmp_path / "going")!r}).touch()
"""
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=Path(pool.__file__).parents[2])
    while not (tmp_path / "going").exists():
        time.sleep(0.05)
    theirs = children(parent.pid)
    assert len(theirs) == 2
    parent.kill()
    parent.wait()
    while any(map(runs, theirs)):
        time.sleep(0.05)


def runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the second: it ended between the opening and the reading
        return False
