import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from store.connections import Connections
from store.db import Store

COUNT = "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT MAX(i) FROM n)"
SOON_S = 0.05  # after it began, and long before it has counted

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers as on POSIX")


class InterruptError(BaseException):
    """What Ctrl-C is to the code; a KeyboardInterrupt that came late would end all the tests."""


@contextmanager
def interrupted() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise InterruptError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def jobs(folder: Path) -> int:
    with Store(folder) as store:
        return len(store.jobs.list())


@pytest.mark.parametrize("end", ["", " RETURNING id"])
def test_what_is_written_after_an_interrupted_write_is_kept(store: Store, end: str) -> None:
    connections = Connections(store.folder / "etude.db")
    slow = f"INSERT INTO jobs (kind, arguments, state, created_at) VALUES ('import', '{{}}', 'queued', {COUNT}){end}"
    with pytest.raises(InterruptError), interrupted():
        (connections.query if end else connections.execute)(slow)
    before = jobs(store.folder)
    connections.execute("INSERT INTO jobs (kind, arguments, state, created_at) VALUES ('import', '{}', 'queued', 0)")
    connections.close()
    assert jobs(store.folder) == before + 1
