"""What a page sends ten times a second, and a live session to take away: its sound as WAV, what was said as CSV."""

import csv
import io
import struct
from collections.abc import Iterator

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from app.front import served
from app.live import calls
from app.live.sessions import BYTES, OVER, Session, Sessions
from engine.streaming.live import HOP_S, Point
from engine.types import AXES, SAMPLE_RATE

BLOCK = 2**18  # samples that are read at once
COLUMNS = ("time", *(f"student_{axis}" for axis in AXES), *(f"teacher_{axis}" for axis in AXES))
ALSO = ("speaking", "held", "mark")


def add(app: APIRouter, sessions: Sessions) -> None:
    """Put the routes on `app`."""
    hear = served(sessions, calls.hop)

    @app.websocket("/live/{session_id}/hops")  # a request for each would take a browser longer than a student
    async def hops(socket: WebSocket, session_id: str) -> None:
        await socket.accept()
        try:
            while True:
                asked, pcm = await socket.receive_json(), await socket.receive_bytes()
                known = asked if isinstance(asked, dict) else {}
                told = await run_in_threadpool(hear, {**known, "id": session_id, "pcm": pcm})
                await socket.send_json(told)
        except WebSocketDisconnect:
            pass
        except (ValueError, KeyError):
            await socket.close(1003, "After an object in JSON come its samples, as bytes.")

    @app.get("/live/{session_id}.wav")
    def sound(session_id: str) -> Response:
        session = sessions.get(session_id)
        return _gone() if session is None else _download(_wav(session), "audio/wav", "live.wav")

    @app.post("/live/{session_id}/close")  # a page that is left can still send this, and nothing else
    def close(session_id: str) -> Response:
        sessions.close(session_id)
        return Response(status_code=204)

    @app.get("/live/{session_id}.csv")
    def table(session_id: str) -> Response:
        session = sessions.get(session_id)
        return _gone() if session is None else _download(iter([as_csv(session)]), "text/csv", "live.csv")


def as_csv(session: Session) -> str:
    """A line each tenth of a second that has a value or a mark; values are unclipped, empty where there is none.

    `held`: nobody spoke, and the student's value is the one before. A mark stands in the line nearest to it.
    """
    with session.lock:
        student, teacher = _by_tick(session.live.line.points), _by_tick(session.teacher.line.points)
        spans, marks = list(session.live.voice.spans), list(session.marks)
    words: dict[int, list[str]] = {}
    for mark in marks:
        words.setdefault(round(mark.t / HOP_S), []).append(mark.word)
    out, first_s = io.StringIO(), session.first / SAMPLE_RATE
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, *ALSO))
    place = 0
    for tick in sorted(student.keys() | teacher.keys() | words.keys()):
        t, said = tick * HOP_S, student.get(tick)
        while place < len(spans) and spans[place][1] < t:
            place += 1
        speaking = place < len(spans) and spans[place][0] <= t
        held = said.held if said else ""
        also = int(speaking), held, "; ".join(words.get(tick, []))
        writer.writerow((f"{first_s + t:.1f}", *_cells(said), *_cells(teacher.get(tick)), *also))
    return out.getvalue()


def _by_tick(points: list[Point]) -> dict[int, Point]:
    return {round(point.t / HOP_S): point for point in points}


def _cells(point: Point | None) -> tuple[str, ...]:
    return ("",) * len(AXES) if point is None else tuple(f"{value:.5f}" for value in point[1:4])


def _wav(session: Session) -> Iterator[bytes]:
    length = session.live.length
    size = BYTES * length
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE, BYTES * SAMPLE_RATE, BYTES, 8 * BYTES)
    yield struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
    for start in range(0, length, BLOCK):
        yield session.sound(start, min(length, start + BLOCK)).astype("<i2").tobytes()


def _download(body: Iterator[bytes] | Iterator[str], kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "private, no-store"}
    return StreamingResponse(body, media_type=kind, headers=headers)


def _gone() -> Response:
    return Response(OVER, 404, media_type="text/plain")
