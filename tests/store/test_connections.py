import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.connections import Connections
from store.db import Store

COUNT = "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT MAX(i) FROM n)"
SOON_S = 0.05  # after it began, and long before it has counted

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers as on POSIX")


@pytest.fixture
def interrupt() -> Iterator[None]:
    """Ctrl-C, in a moment."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def jobs(folder: Path) -> int:
    with Store(folder) as store:
        return len(store.jobs.list())


@pytest.mark.parametrize("end", ["", " RETURNING id"])
def test_what_is_written_after_an_interrupted_write_is_kept(store: Store, interrupt: None, end: str) -> None:
    connections = Connections(store.folder / "etude.db")
    slow = f"INSERT INTO jobs (kind, arguments, state, created_at) VALUES ('import', '{{}}', 'queued', {COUNT}){end}"
    with pytest.raises(KeyboardInterrupt):
        (connections.query if end else connections.execute)(slow)
    before = jobs(store.folder)
    connections.execute("INSERT INTO jobs (kind, arguments, state, created_at) VALUES ('import', '{}', 'queued', 0)")
    connections.close()
    assert jobs(store.folder) == before + 1
