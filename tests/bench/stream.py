"""How students stream, on one thread: `python -m tests.bench.stream [NAME ...] [--minutes 60]`.

A file of the sample clips, one after the other, is streamed and heard in one pass; the memory is what each needed at
most over a process that has opened the student. A stream sums in double precision and one pass in single, which over an
hour is off: in Wav2Small's file above all the clip's variance. So there is one pass more, of the same nodes, that is
given mean and variance in double and whose softmax is summed in double; that one a stream is held to. Then hops of 100
ms are pushed, each with the answer for the second that ends there, beside what they spare, that second heard anew: both
by the student alone, and both as the product does it, voice filter and all. A hop is a tenth of that second, so a tenth
of the time is the least that can be hoped for; for a student as small as these the most part of a hop is what it costs
to call anything at all.
"""

import argparse
import json
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile as sf

from engine.onnx_model import ASSETS, OnnxModel
from engine.scoring.timing import calls_ms, clip_value
from engine.sound import audio
from engine.streaming.live import HOP, HOP_S, Live
from engine.streaming.moments import Moments
from engine.streaming.pooling import Pooling
from engine.streaming.stream import Stream, hear
from engine.streaming.streamed import Streamed
from engine.types import SAMPLE_RATE

NAMES = ("etude", "wav2small")
TOKENS = 10_000  # that are pooled at once


def speech() -> np.ndarray:
    return np.concatenate([audio.read(path) for path in sorted((ASSETS / "samples").glob("*.flac"))])


def long_file(path: Path, minutes: float) -> None:
    clips, left = speech(), round(minutes * 60 * SAMPLE_RATE)
    with sf.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as out:
        while left > 0:
            out.write(clips[:left])
            left -= len(clips)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def streamed(name: str, path: Path) -> np.ndarray:
    return hear(Streamed(ASSETS / f"{name}.onnx"), path)[0]


def one_pass(name: str, path: Path) -> np.ndarray:
    return OnnxModel(ASSETS / f"{name}.onnx").predict(audio.read(path)[None])[0][0]


def in_double(name: str, path: Path) -> np.ndarray:
    """One pass through the file's layers, its sums over the whole recording in double precision."""
    student, samples, moments, pooling = Streamed(ASSETS / f"{name}.onnx"), audio.read(path), Moments(), Pooling()
    moments.add(samples)
    tokens = student.begin(samples, moments, student.silent()).tokens
    for start in range(0, len(tokens[0]), TOKENS):
        pooling.add(*(each[start : start + TOKENS] for each in tokens))
    return student.answer([each[None] for each in pooling.means()])[0]


WAYS = {way.__name__: way for way in (streamed, one_pass, in_double)}


def hear_alone(name: str, path: Path, way: str) -> None:
    """In a process of its own: prints the value, and the megabytes it took at most."""
    Streamed(ASSETS / f"{name}.onnx")
    before = peak_mb()
    adv = WAYS[way](name, path)
    print(json.dumps([adv.tolist(), peak_mb() - before]))


def alone(name: str, path: Path, way: str) -> tuple[np.ndarray, float]:
    command = [sys.executable, "-m", "tests.bench.stream", name, "--alone", str(path), "--way", way]
    adv, megabytes = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return np.array(adv), megabytes


def hops_ms(name: str) -> dict[str, float]:
    student, model, samples = Streamed(ASSETS / f"{name}.onnx"), OnnxModel(ASSETS / f"{name}.onnx"), speech()
    going, live = Stream(student, 1.0, HOP_S), Live(student, 1.0)
    going.push(samples[: 3 * SAMPLE_RATE])
    live.push(samples[: 3 * SAMPLE_RATE])
    hop, second = samples[:HOP], samples[SAMPLE_RATE : 2 * SAMPLE_RATE]
    return calls_ms(
        {
            "hop": partial(going.push, hop),
            "anew": partial(model.predict, second[None]),
            "live": partial(live.push, hop),
            "live anew": partial(clip_value(model), second),
        },
        rounds=200,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--minutes", type=float, default=60, help="of the file; one pass needs 0.12 GB a minute")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        hear_alone(given.names[0], given.alone, given.way)
        return
    print(
        "| student | to one pass | to one summed in double | MB, streamed | MB, one pass "
        "| hop ms | 1 s ms | share | with filter: hop ms | 1 s ms | share |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        long_file(path, given.minutes)
        for name in given.names:
            (ours, little), (single, much), (double, _) = (alone(name, path, way) for way in WAYS)
            ms = hops_ms(name)
            print(
                f"| {name} | {np.abs(ours - single).max():.1e} | {np.abs(ours - double).max():.1e} "
                f"| {little:.0f} | {much:.0f} "
                f"| {ms['hop']:.2f} | {ms['anew']:.2f} | {ms['hop'] / ms['anew']:.2f} "
                f"| {ms['live']:.2f} | {ms['live anew']:.2f} | {ms['live'] / ms['live anew']:.2f} |"
            )


if __name__ == "__main__":
    main()
