"""Live from Python: `python -m tests.bench.live [--minutes 30] [--hops 300]`.

A session of the sample clips, one after the other, is heard as fast as it goes: how much memory it has taken after 30
minutes beyond that after 1, and how far its values are from one pass over the same sound. Then hops of 100 ms come as
they do from a microphone: milliseconds from a hop to its answer, idle and while a student trains. Bars: 20 MB; 1e-4.
"""

import argparse
import gc
import os
import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import numpy as np

from app.live import calls as live
from app.live.sessions import Sessions
from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.streaming.live import HOP
from engine.streaming.moments import Moments
from engine.streaming.streamed import Streamed
from engine.streaming.windows import Windows
from engine.types import SAMPLE_RATE
from store.db import Store
from tests import classroom
from tests.bench.latency import ORDER, learns, served

ASKED = {"teacher": "embedded", "student": "etude"}
PASS_S = 120  # of the session is held to one pass


def memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def speech() -> np.ndarray:
    clips = np.concatenate([audio.read(path) for path in sorted((ASSETS / "samples").glob("*.flac"))])
    return (clips * 32767).astype("<i2")


def piece(pcm: np.ndarray, number: int) -> np.ndarray:
    return np.take(pcm, np.arange(number, number + HOP), mode="wrap")


def say(sessions: Sessions, session: str, pcm: np.ndarray, number: int) -> dict:
    return live.hop(sessions, {"id": session, "number": number, "pcm": piece(pcm, number).tobytes()})


def long_session(sessions: Sessions, minutes: float) -> tuple[dict[float, float], list[list[float]]]:
    """Memory by minute, and the points of the first minutes."""
    session, pcm, found, points = live.open(sessions, ASKED)["id"], speech(), {}, []
    for hop in range(round(minutes * 600)):
        told = say(sessions, session, pcm, hop * HOP)
        points += told["points"] if hop < 10 * PASS_S else []
        if (hop + 1) % 600 == 0:
            gc.collect()
            found[(hop + 1) / 600] = memory_mb()
    live.close(sessions, {"id": session})
    return found, points


def apart(points: list[list[float]]) -> float:
    """The largest difference of any value from one pass, among windows that were answered."""
    student = Streamed(ASSETS / "etude.onnx")
    pcm = np.concatenate([piece(speech(), start) for start in range(0, PASS_S * SAMPLE_RATE, HOP)])
    sound, windows = pcm.astype(np.float32) / np.float32(2**15), Windows(2.0, 0.1, student.tokens_per_s)
    windows.add(student.begin(sound, Moments(), student.silent()).tokens)
    theirs = student.answer(windows.pooled(len(sound), last=True))
    asked = [point for point in points if point[0] >= 2 and not point[4]]
    return max(float(np.abs(point[1:4] - theirs[round(10 * (point[0] - 2))]).max()) for point in asked)


def latency_ms(sessions: Sessions, hops: int) -> tuple[float, float]:
    """p50 and p95 of hops that come ten times a second."""
    session, pcm, taken, begin = live.open(sessions, ASKED)["id"], speech(), [], time.perf_counter()
    for hop in range(hops):
        time.sleep(max(0.0, begin + hop / 10 - time.perf_counter()))
        start = time.perf_counter()
        say(sessions, session, pcm, hop * HOP)
        taken.append(1000 * (time.perf_counter() - start))
    live.close(sessions, {"id": session})
    cuts = quantiles(taken[20:], n=20)
    return cuts[9], cuts[18]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--hops", type=int, default=300)
    given = parser.parse_args()
    with TemporaryDirectory() as folder, Store(Path(folder) / "data") as store:
        sessions = Sessions(store, Path(folder) / "live")
        memory, points = long_session(sessions, given.minutes)
        first, last = memory[min(memory)], memory[max(memory)]
        print(f"{max(memory):g} min: {last:.1f} MB, {last - first:+.1f} MB since minute {min(memory):g}")
        print(f"from one pass over the first {PASS_S} s: {apart(points):.1e} at most")
        print("| hop to answer, ms | p50 | p95 |\n|---|---|---|")
        print("| idle | {:.1f} | {:.1f} |".format(*latency_ms(sessions, given.hops)), flush=True)
        classroom.fill(store, Path(folder) / "class")
        with served(Path(folder)):
            job_id = store.jobs.add("train", ORDER)
            learns(store, job_id)
            print("| training | {:.1f} | {:.1f} |".format(*latency_ms(sessions, given.hops)), flush=True)
            store.jobs.cancel(job_id)
        sessions.close_all()


if __name__ == "__main__":
    main()
