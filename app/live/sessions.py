"""Live sessions: somebody speaks, each piece is heard once, and the sound lies in a private file until that ends.

A session is known by a random name. It ends when it is closed, when nothing was asked of it for ten minutes, or with
the server; its file of 16-bit samples goes with it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Condition, Event, Lock, Thread
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from app import models
from app.live.follower import Follower
from app.live.microphone import Microphone
from engine.streaming.live import RECENT_S, Live
from engine.streaming.streamed import Streamed
from engine.types import SAMPLE_RATE
from store.db import Store

IDLE_S = 600.0
MOST = 16  # sessions at a time
LONGEST_S = 4 * 3600.0
WIDEST_GAP_S = 600.0
BLOCK = 2 * SAMPLE_RATE  # samples of silence that are heard at once
BYTES = 2  # a sample
FULL = np.float32(2**15)
SWEEP_S = 60.0

OVER = "This live session is over: its sound is deleted when it is closed, and ten minutes after the last was heard."

Pcm = npt.NDArray[np.int16]
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Mark:
    """A word at a moment of a session, in its seconds."""

    t: float
    word: str


@dataclass
class Heard:
    """What one piece came to."""

    gap: int = 0  # samples that never came, before it
    student_ms: float = 0.0
    queue_ms: float = 0.0  # it waited behind another
    pace: float | None = None  # times real time; None: nothing was new
    again: bool = False  # some of it was heard before: the page has not got the last answer


@dataclass(frozen=True)
class Told:
    """How much of a session was told already: points of the student and the teacher, and the last stretch's end."""

    student: int = 0
    teacher: int = 0
    speech_s: float = -1.0


class Session:
    """One person who speaks.

    Args:
        path: the file that is written, 16-bit samples.
        student: what answers; `name` is its name.
        teacher: the teacher's name.

    Attributes:
        first: the number of its first sample: a page whose server was started again goes on counting.
        lock: guards everything here.
    """

    def __init__(self, path: Path, student: Streamed, name: str, teacher: str, window_s: float) -> None:
        self.id, self.path, self.student, self.first = path.stem, path, name, 0
        self.live, self.lock = Live(student, window_s), Condition()
        self.told = self.told_before = Told()  # with the last answer, and with the one before
        self.teacher = Follower(teacher, self.live, self.lock)
        self.marks: list[Mark] = []
        self.refused: dict[str, str] = {}  # students that could not take over, and why
        self.asked_at = time.monotonic()
        self.microphone: Microphone | None = None
        self._file = path.open("wb", buffering=0)

    @property
    def heard(self) -> int:
        """The number of the sample that is expected next."""
        return self.first + self.live.length

    def hear(self, number: int, pcm: Pcm) -> Heard:
        """Hear the samples from `number` on: what was heard already is passed over, what never came is silence.

        Raises:
            ValueError: the gap, or the session, is too long, or it is over.
        """
        began = time.perf_counter()
        with self.lock:
            if self._file.closed:
                raise ValueError(OVER)
            heard, started = Heard(), time.perf_counter()
            if not self.live.length:
                self.first = number
            heard.gap, heard.again = max(0, number - self.heard), number < self.heard
            self._check(heard.gap, number + len(pcm))
            for start in range(0, heard.gap, BLOCK):
                self._push(np.zeros(min(BLOCK, heard.gap - start), np.int16))
            fresh = pcm[max(0, self.heard - number) :]
            if len(fresh):
                self._push(fresh)
                took = time.perf_counter() - started
                heard.student_ms, heard.queue_ms = 1000 * took, 1000 * (started - began)
                heard.pace = len(fresh) / SAMPLE_RATE / took
            return heard

    def swap(self, name: str, student: Streamed) -> None:
        """Let another student take over, after it has heard the last seconds."""
        with self.lock:
            end = self.live.length
            recent = self.sound(max(0, end - round(RECENT_S * SAMPLE_RATE)), end)
            self.live.swap(student, recent.astype(np.float32) / FULL)
            self.student = name

    def sound(self, start: int, end: int) -> Pcm:
        """Samples of the file, counted from its first one, int16 [T]; fewer where it ends before."""
        return np.fromfile(self.path, np.int16, max(0, end - start), offset=BYTES * start)

    def close(self) -> None:
        """End it, and delete its sound."""
        self.teacher.stop()
        with self.lock:
            if self.microphone:
                self.microphone.close()
            self._file.close()
            self.path.unlink(missing_ok=True)

    def _push(self, pcm: Pcm) -> None:
        self._file.write(pcm.astype("<i2").tobytes())
        samples = pcm.astype(np.float32) / FULL
        self.live.push(samples)
        self.teacher.push(samples)

    def _check(self, gap: int, end: int) -> None:
        if gap > WIDEST_GAP_S * SAMPLE_RATE:
            raise ValueError(f"Over {WIDEST_GAP_S / 60:g} minutes of sound never came; begin a new session.")
        if end - self.first > LONGEST_S * SAMPLE_RATE:
            raise ValueError(f"A session lasts {LONGEST_S / 3600:g} hours at most; begin a new one.")


@dataclass
class Sessions:
    """The sessions of one server. Its folder is private."""

    store: Store
    folder: Path
    now: Callable[[], float] = time.monotonic
    _sessions: dict[str, Session] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        Thread(target=self._watch, name="live sessions", daemon=True).start()

    def open(self, teacher: str, student: str, window_s: float) -> Session:
        """Begin a session.

        Raises:
            ValueError: a model can't be opened, or there are too many sessions.
        """
        self.sweep()
        with self._lock:
            if len(self._sessions) >= MOST:
                raise ValueError(f"There are {MOST} live sessions already; close one.")
            session = Session(
                self.folder / f"{uuid4().hex}.pcm", streamed(self.store, student), student, teacher, window_s
            )
            self._sessions[session.id] = session
            session.asked_at = self.now()
            return session

    def get(self, session_id: object) -> Session | None:
        """The session of that name, which is alive for ten minutes more, or None."""
        session = self._sessions.get(session_id) if isinstance(session_id, str) else None
        if session:
            session.asked_at = self.now()
        return session

    def close(self, session_id: str) -> None:
        """End a session, if there is one of that name."""
        with self._lock:
            session = self._sessions.pop(session_id, None)
        if session:
            session.close()

    def sweep(self) -> None:
        """End the sessions of which nothing was asked for ten minutes."""
        for session in list(self._sessions.values()):
            if self.now() - session.asked_at > IDLE_S:
                self.close(session.id)

    def close_all(self) -> None:
        """End all: the server stops."""
        self._over.set()
        for session_id in list(self._sessions):
            self.close(session_id)

    def _watch(self) -> None:
        while not self._over.wait(SWEEP_S):
            self.sweep()


def streamed(store: Store, name: str) -> Streamed:
    """A student opened for streams, shared by all sessions.

    Raises:
        ValueError: there is none of that name, or it can't be streamed.
    """
    with _one_at_a_time:
        return _streamed(models.file(store, name))


@lru_cache(maxsize=4)
def _streamed(path: Path) -> Streamed:
    return Streamed(path)
