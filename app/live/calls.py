"""What a page asks while somebody speaks: each function takes one object, all of it checked.

Moments are seconds since the page's sample number 0. What changes hands is a piece of sound, numbered by its first
sample, and all that has become known since the answer before. A server that was started again knows no session:
`gone`; the page then opens another and goes on at its own number.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from app import models
from app.front import served
from app.jobs import work
from app.live.microphone import Microphone, devices
from app.live.sessions import BYTES, FULL, OVER, Mark, Pcm, Session, Sessions, Told, streamed
from engine import plugins
from engine.streaming.live import FIRST_S, HOP_S, Point
from engine.types import SAMPLE_RATE

LONGEST_PIECE_S = 120.0  # that is taken at once
LONGEST_CLIP_S = 600.0
WINDOWS_S = (FIRST_S, 10.0)
MOST_MARKS = 1000
BAR = SAMPLE_RATE // 40  # samples of one level

Plain = dict[str, Any]


def open(sessions: Sessions, asked: Plain) -> Plain:
    """Begin: `teacher`, `student` (`live` or nothing: whichever is live), `window_s`; of `source` computer, `device`.

    Answers `id`, `rate`, `hop_s`, and `title` and `name` of `teacher` and `student`.
    """
    teacher, student = _teacher(asked), _student(sessions, asked)
    window_s = _number(asked, "window_s", *WINDOWS_S, otherwise=2.0)
    microphone = Microphone(_device(asked)) if asked.get("source") == "computer" else None
    try:
        session = sessions.open(teacher, student, window_s)
    except ValueError:
        if microphone:
            microphone.close()
        raise
    session.microphone = microphone
    return {"id": session.id, "rate": SAMPLE_RATE, "hop_s": HOP_S, **_models(sessions, session)}


def hop(sessions: Sessions, asked: Plain) -> Plain:
    """Hear `pcm`, bytes of int16 from sample `number` on, or the computer's microphone, and tell what is new.

    `heard`: the sample that is expected next; `points`: the student's, [t, a, d, v, held] each; `teacher`: the
    teacher's; `speech`: stretches [start, end], of which the first may go on what was told before; `took_ms`;
    `pace`: times real time, null where nothing was new; `gap`: samples that never came before this piece; `levels`:
    [lowest, highest] of each 25 ms that the computer's microphone heard, 1 is full scale; `models`: who answers now;
    `refused`: why a model that was asked for does not, or nothing. A piece that comes again, since its answer was lost,
    is told again.
    """
    session = sessions.get(asked.get("id"))
    if session is None:
        return {"gone": True}
    microphone = session.microphone
    pcm = microphone.take() if microphone else _pcm(asked)
    heard = session.hear(session.heard if microphone else int(_number(asked, "number", 0, 2**53)), pcm)
    refused = _choose(sessions, session, asked)
    with session.lock:
        points, teacher, speech = _news(session, heard.again)
        number = session.heard
    return {
        "heard": number,
        "points": points,
        "teacher": teacher,
        "speech": speech,
        "took_ms": {"student": round(heard.student_ms, 2), "queue": round(heard.queue_ms, 2)},
        "pace": heard.pace and round(heard.pace, 1),
        "gap": heard.gap,
        "levels": _levels(pcm) if microphone else [],
        "models": _models(sessions, session),
        "refused": refused or session.teacher.refused,
    }


def mark(sessions: Sessions, asked: Plain) -> Plain:
    """Remember `word` at `t`; answers all marks."""
    session = _session(sessions, asked)
    word = asked.get("word")
    if not isinstance(word, str) or not word.strip():
        raise ValueError("A mark has a word.")
    if len(session.marks) >= MOST_MARKS:
        raise ValueError(f"A session has {MOST_MARKS} marks at most.")
    session.marks.append(Mark(_moment(session, asked, "t"), " ".join(word.split())[:120]))
    return {"marks": [[each.t + session.first / SAMPLE_RATE, each.word] for each in session.marks]}


def keep(sessions: Sessions, asked: Plain) -> Plain:
    """Take the stretch from `start` to `end` into the library as a clip called `name`: its `clip`, and what to say."""
    session = _session(sessions, asked)
    start, end = _moment(session, asked, "start"), _moment(session, asked, "end")
    if not 0 < end - start <= LONGEST_CLIP_S:
        raise ValueError(f"A stretch to keep ends after it begins, {LONGEST_CLIP_S / 60:g} minutes later at most.")
    name = asked.get("name")
    name = name.strip()[:120] if isinstance(name, str) and name.strip() else f"Live, {start:.1f} to {end:.1f} s"
    path = sessions.folder / f"{session.id}-{start}.wav"
    try:
        sf.write(path, session.sound(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)), SAMPLE_RATE, "PCM_16")
        clip = work.keep(sessions.store, path, name)
    finally:
        Path(path).unlink(missing_ok=True)
    return {"clip": clip, "said": f"{end - start:.1f} s are in the library as “{name}”."}


def computer(sessions: Sessions, asked: Plain) -> Plain:
    """Go on with this computer's microphone `device`, if `on`; else let go of it, so that the page can send again."""
    session = _session(sessions, asked)
    if session.microphone:
        session.microphone.close()
    session.microphone = None
    if asked.get("on") is True:
        session.microphone = Microphone(_device(asked))
    return {"heard": session.heard}


def close(sessions: Sessions, asked: Plain) -> Plain:
    """End the session `id` and delete its sound."""
    sessions.close(str(asked.get("id")))
    return {"closed": True}


def offers(sessions: Sessions, asked: Plain) -> Plain:
    """What can be chosen: `teachers`, `students`, the one that is `live`, and this computer's `microphones`.

    `no_microphone` says why there are none.
    """
    found: Plain = {
        "teachers": [{"name": name, "title": _title(name)} for name in models.teachers()],
        "students": models.students(sessions.store),
        "live": models.live(sessions.store),
    }
    try:
        return found | {"microphones": devices(), "no_microphone": ""}
    except ValueError as error:
        return found | {"microphones": [], "no_microphone": str(error)}


def functions(sessions: Sessions) -> Sequence[Callable[[Any], Plain]]:
    """These functions as those of the component `live`, for `app.front.front`; `hop` has a route of its own."""
    return tuple(served(sessions, answer) for answer in (open, mark, keep, computer, close, offers))


def _news(session: Session, again: bool) -> tuple[list[list[float]], list[list[float]], list[list[float]]]:
    """What was not told yet; and, `again`, what the last answer told, since that one was lost."""
    told, first_s = session.told_before if again else session.told, session.first / SAMPLE_RATE
    points, teacher = session.live.line.points, session.teacher.line.points
    spans = session.live.voice.spans
    fresh = [[start + first_s, end + first_s] for start, end in spans[-100:] if end > told.speech_s]
    session.told_before, session.told = told, Told(len(points), len(teacher), spans[-1][1] if spans else -1.0)
    return _rows(points[told.student :], first_s), _rows(teacher[told.teacher :], first_s), fresh


def _rows(points: Sequence[Point], first_s: float) -> list[list[float]]:
    return [[round(point.t + first_s, 3), *(round(value, 5) for value in point[1:])] for point in points]


def _levels(pcm: Pcm) -> list[list[float]]:
    bars = pcm[: len(pcm) // BAR * BAR].reshape(-1, BAR) / FULL
    return [[round(float(bar.min()), 4), round(float(bar.max()), 4)] for bar in bars]


def _choose(sessions: Sessions, session: Session, asked: Plain) -> str:
    """Let the models that are asked for go on; a sentence if one can't."""
    student = _student(sessions, asked) if "student" in asked else session.student
    if student != session.student and student not in session.refused:
        try:
            session.swap(student, streamed(sessions.store, student))
        except ValueError as error:
            session.refused[student] = str(error)
    if "teacher" in asked and (asked["teacher"] or models.TEACHER) != session.teacher.teacher:
        session.teacher.change(_teacher(asked))  # weights are looked for on the disk: not at every hop
    return session.refused.get(student, "")


def _models(sessions: Sessions, session: Session) -> Plain:
    student, teacher = session.student, session.teacher.teacher
    return {"teacher": {"name": teacher, "title": _title(teacher)}, "student": {"name": student, "title": student}}


def _title(teacher: str) -> str:
    return str(plugins.load("teachers", teacher).SPEC.title)


def _teacher(asked: Plain) -> str:
    name = asked.get("teacher") or models.TEACHER
    if name not in models.teachers():
        raise ValueError(f"There is no such teacher; there are: {', '.join(models.teachers())}.")
    return str(name)


def _student(sessions: Sessions, asked: Plain) -> str:
    name = asked.get("student") or "live"
    return models.live(sessions.store) if name == "live" else str(name)


def _session(sessions: Sessions, asked: Plain) -> Session:
    session = sessions.get(asked.get("id"))
    if session is None:
        raise ValueError(OVER)
    return session


def _moment(session: Session, asked: Plain, field: str) -> float:
    """A moment in the session's own seconds, within what was heard."""
    first_s = session.first / SAMPLE_RATE
    return _number(asked, field, first_s, session.heard / SAMPLE_RATE) - first_s


def _device(asked: Plain) -> int | None:
    return None if asked.get("device") is None else int(_number(asked, "device", 0, 10_000))


def _number(asked: Plain, field: str, least: float, most: float, otherwise: float | None = None) -> float:
    value: Any = asked.get(field, otherwise)
    if type(value) not in (int, float) or not least <= value <= most:  # not a number lies nowhere
        raise ValueError(f"{field} is a number from {least:g} to {most:g}.")
    return float(value)


def _pcm(asked: Plain) -> Pcm:
    sent = asked.get("pcm", b"")
    if not isinstance(sent, bytes) or len(sent) % BYTES or len(sent) > LONGEST_PIECE_S * SAMPLE_RATE * BYTES:
        raise ValueError(f"The sound is bytes of 16-bit samples, and lasts {LONGEST_PIECE_S:g} s at most.")
    return np.frombuffer(sent, "<i2").astype(np.int16)
