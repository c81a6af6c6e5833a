"""The teacher of a session: a thread that asks it about the newest window, as fast as the machine allows.

What it cannot follow it leaves out, so its newest point may end some time before the sound does: that is its lag.
"""

from threading import Condition, Thread

import numpy as np

from app import models
from app.jobs.work import sentence
from engine.streaming.live import FIRST_S, HOP, HOP_S, Line, Live
from engine.types import SAMPLE_RATE, Floats


class Follower:
    """A teacher's points beside a student's.

    Args:
        teacher: its name.
        live: whose windows and voice filter are used; what it hears is guarded by `heard`.
        heard: is notified when more was heard.

    Attributes:
        line: the points so far; guarded by `heard`.
        refused: why the teacher can't answer, in a sentence; empty: it can.
    """

    def __init__(self, teacher: str, live: Live, heard: Condition) -> None:
        self.teacher, self.line, self.refused = teacher, Line(), ""
        self._live, self._heard, self._stopped = live, heard, False
        self._recent = np.zeros(0, np.float32)  # the newest window
        self._thread = Thread(target=self._run, name=f"teacher {teacher}", daemon=True)
        self._thread.start()

    def push(self, samples: Floats) -> None:
        """Hear what follows, after `live` has; only while `heard` is held."""
        longest = round(self._live.window_s * SAMPLE_RATE) + HOP
        self._recent = np.concatenate([self._recent, samples])[-longest:]
        self._heard.notify_all()

    def change(self, teacher: str) -> None:
        """Ask another teacher from now on."""
        with self._heard:
            self.teacher, self.refused = teacher, ""

    def stop(self) -> None:
        """End the thread, after the answer that it is about to give."""
        with self._heard:
            self._stopped = True
            self._heard.notify_all()

    def _run(self) -> None:
        asked = round(FIRST_S / HOP_S) - 1  # hops before the end of the window that was answered last
        while True:
            with self._heard:
                while not self._stopped and self._live.length // HOP <= asked:
                    self._heard.wait()
                if self._stopped:
                    return
                asked, teacher = self._live.length // HOP, self.teacher
                window = self._window() if self._live.speaks(asked * HOP_S) and not self.refused else None
            adv = None if window is None else self._ask(teacher, window)
            with self._heard:
                self.line.add(asked * HOP / SAMPLE_RATE, adv)

    def _window(self) -> Floats:
        end = len(self._recent) - self._live.length % HOP
        return self._recent[max(0, end - round(self._live.window_s * SAMPLE_RATE)) : end]

    def _ask(self, teacher: str, window: Floats) -> Floats | None:
        try:
            adv: Floats = models.teacher(teacher).model.predict(window[None])[0][0]
        except Exception as error:  # else the thread would end without a word
            self.refused = sentence(error)
            return None
        return adv
