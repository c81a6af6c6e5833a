"""Fetching a teacher's weights as work of the background, told in bytes, and stopped when it is dropped."""

import os
import subprocess
import sys
import threading
from collections.abc import Generator

from app import teachers
from app.jobs.work import Progress
from engine.fetching import download, hub

KIND = "fetch"
LOOK_S = 0.5


class _Download(threading.Thread):
    """Reads how much has come from a process that fetches."""

    def __init__(self, name: str) -> None:
        super().__init__(daemon=True)
        self.came, self.wrong = 0, ""
        kept = {key: value for key, value in os.environ.items() if key not in download.OFFLINE}
        command = [sys.executable, "-m", "engine.fetching.download", name]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, env=kept | download.QUIET, **pipes)  # type: ignore[call-overload]

    def run(self) -> None:
        with self.process:
            for line in self.process.stdout:
                self.came = int(line)
            told = self.process.stderr.read().strip().splitlines()
        if self.process.returncode:
            self.wrong = told[-1] if told else "The download was ended from outside."


def fetch(name: str) -> Generator[Progress]:
    """Fetch what a teacher lacks; the result counts the `bytes` that came.

    Raises:
        ValueError: there is no such teacher, a part of it can't be fetched, or the disk has no room for it.
    """
    lacking = [source for source in teachers.sources(name) if hub.find(source) is None]
    if any(not source.pinned for source in lacking):
        raise ValueError(teachers.how(name))
    if not lacking:
        yield Progress(1, 1, f"{name} is here already.", {"teacher": name, "bytes": 0})
        return
    total = sum(source.download_bytes for source in lacking)
    hub.check_room(total)
    reader = _Download(name)
    reader.start()
    try:
        while reader.is_alive():
            told = f"{hub.size(reader.came)} of about {hub.size(total)}, from the Hugging Face hub."
            yield Progress(min(reader.came, total), total, told)
            reader.join(LOOK_S)
    finally:
        reader.process.kill()
        reader.join()
    if reader.wrong:
        raise ValueError(reader.wrong)
    done = f"{name} is here, {hub.size(reader.came)} were fetched."
    yield Progress(total, total, done, {"teacher": name, "bytes": reader.came})
