from collections.abc import Generator

import pytest

from app.console import Bar, watch
from app.jobs.work import Progress


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_between_two_steps_ends_the_work_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []

    def work() -> Generator[Progress]:
        try:
            yield Progress(0, 2, "learns")
        finally:
            ended.append("its job is given back")

    steps = work()
    monkeypatch.setattr(Bar, "update", interrupted)
    with pytest.raises(ValueError, match="What was done is kept"):
        watch(steps, True)
    assert ended
