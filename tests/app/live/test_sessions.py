"""Sessions end when nobody asks, and take their sound along."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app import models
from app.live.sessions import IDLE_S, MOST, Session, Sessions
from store.db import Store


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(tmp_path: Path, clock: Clock) -> Iterator[Sessions]:
    with Store(tmp_path / "data") as store:
        sessions = Sessions(store, tmp_path / "private" / "live", clock)
        yield sessions
        sessions.close_all()


def opened(sessions: Sessions) -> Session:
    return sessions.open("loudness", models.STUDENT, 2.0)


def test_the_folder_is_private(sessions: Sessions) -> None:
    assert sessions.folder.stat().st_mode & 0o777 == 0o700


def test_ten_idle_minutes_end_a_session(sessions: Sessions, clock: Clock) -> None:
    idle, asked = opened(sessions), opened(sessions)
    clock.now = IDLE_S - 1
    assert sessions.get(asked.id) is asked
    clock.now = IDLE_S + 1
    sessions.sweep()
    assert sessions.get(idle.id) is None
    assert [path.stem for path in sessions.folder.iterdir()] == [asked.id]


def test_no_more_than_a_few_at_a_time(sessions: Sessions) -> None:
    for _ in range(MOST):
        opened(sessions)
    with pytest.raises(ValueError, match="16 live sessions already"):
        opened(sessions)


def test_the_end_of_the_server_ends_all(sessions: Sessions) -> None:
    opened(sessions).hear(0, np.ones(1600, np.int16))
    opened(sessions)
    sessions.close_all()
    assert list(sessions.folder.iterdir()) == []


def test_a_student_that_is_not_there_leaves_nothing(sessions: Sessions) -> None:
    with pytest.raises(ValueError, match="no student called"):
        sessions.open("loudness", "nobody", 2.0)
    assert list(sessions.folder.iterdir()) == []


def test_one_that_never_ends_is_ended(sessions: Sessions) -> None:
    session = opened(sessions)
    session.hear(0, np.zeros(10, np.int16))
    with pytest.raises(ValueError, match="begin a new session"):
        session.hear(10**9, np.zeros(10, np.int16))
    assert session.heard == 10
