"""Fetching a teacher's weights as work of the background, told in bytes and stopped when it is cancelled."""

import threading
from collections.abc import Generator

from app import teachers
from app.jobs.work import Progress
from engine import hub

KIND = "fetch"
LOOK_S = 0.5


class _Download(threading.Thread):
    """Fetches one source; what has come, and what went wrong, are read from outside."""

    def __init__(self, source: hub.Source, endpoint: str | None) -> None:
        super().__init__(daemon=True)
        self.came, self.wanted, self.wrong = 0, True, ""
        self._source, self._endpoint = source, endpoint

    def run(self) -> None:
        try:
            hub.fetch(self._source, self._told, self._endpoint)
        except hub.FetchStopped:
            pass
        except ValueError as error:
            self.wrong = str(error)
        except Exception as error:  # of the network's libraries, which have none in common
            self.wrong = f"{self._source.repository} could not be fetched: {type(error).__name__}: {error}"

    def _told(self, came: int) -> bool:
        self.came = came
        return self.wanted


def fetch(name: str, endpoint: str | None = None) -> Generator[Progress]:
    """Fetch what a teacher lacks; the result counts the `bytes` that came.

    Args:
        name: the teacher's.
        endpoint: another server that speaks the hub's language.

    Raises:
        ValueError: there is no such teacher, a part of it can't be fetched, or the disk has no room for it.
    """
    lacking = [source for source in teachers.sources(name) if hub.find(source) is None]
    if any(not source.pinned for source in lacking):
        raise ValueError(teachers.how(name))
    total = sum(source.download_bytes for source in lacking)
    hub.check_room(total)
    came = 0
    for source in lacking:
        download = _Download(source, endpoint)
        download.start()
        try:
            while download.is_alive():
                yield Progress(min(came + download.came, total), total, _message(source, came + download.came, total))
                download.join(LOOK_S)
        finally:
            download.wanted = False
        if download.wrong:
            raise ValueError(download.wrong)
        came += download.came
    done = f"{name} is here, {hub.size(came)} were fetched." if lacking else f"{name} is here already."
    yield Progress(max(total, 1), max(total, 1), done, {"teacher": name, "bytes": came})


def _message(source: hub.Source, came: int, total: int) -> str:
    return f"{hub.size(came)} of about {hub.size(total)}, from {source.repository}."
