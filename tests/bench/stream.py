"""How students stream, on one thread: `python -m tests.bench.stream [NAME ...] [--minutes 60]`.

A file of the sample clips, one after the other, is streamed and heard in one pass; the memory is what each needed at
most over a process that has opened the student. A stream pools in double precision and one pass in single, so over an
hour it is one pass that is off. Then hops of 100 ms are pushed, each with the answer for the second that ends there,
beside what they spare: that second heard anew, by the student alone and as the product does it, voice filter and all.
A hop is a tenth of that second, so a tenth of the time is the least that can be hoped for; for a student as small as
these the most part of a hop is what it costs to call anything at all.
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

from engine import audio
from engine.onnx_model import ASSETS, OnnxModel
from engine.stream import Stream, hear
from engine.streamed import Streamed
from engine.timing import calls_ms, clip_value
from engine.types import SAMPLE_RATE

NAMES = ("etude", "wav2small")
HOP = SAMPLE_RATE // 10


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


def hear_alone(name: str, path: Path, whole: bool) -> None:
    """In a process of its own: prints the value, and the megabytes it took at most."""
    student, model = Streamed(ASSETS / f"{name}.onnx"), OnnxModel(ASSETS / f"{name}.onnx")
    before = peak_mb()
    adv = model.predict(audio.read(path)[None])[0][0] if whole else hear(student, path)[0]
    print(json.dumps([adv.tolist(), peak_mb() - before]))


def alone(name: str, path: Path, whole: bool) -> tuple[np.ndarray, float]:
    command = [sys.executable, "-m", "tests.bench.stream", name, "--alone", str(path), *(["--whole"] if whole else [])]
    adv, megabytes = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return np.array(adv), megabytes


def hops_ms(name: str) -> dict[str, float]:
    student, model, samples = Streamed(ASSETS / f"{name}.onnx"), OnnxModel(ASSETS / f"{name}.onnx"), speech()
    going, hop, second = Stream(student, 1.0, 0.1), samples[:HOP], samples[SAMPLE_RATE : 2 * SAMPLE_RATE]
    going.push(samples[: 3 * SAMPLE_RATE])
    return calls_ms(
        {
            "hop": partial(going.push, hop),
            "anew": partial(model.predict, second[None]),
            "with filter": partial(clip_value(model), second),
        },
        rounds=200,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--minutes", type=float, default=60, help="of the file; one pass needs 0.12 GB a minute")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        hear_alone(given.names[0], given.alone, given.whole)
        return
    print(
        "| student | to one pass | MB, streamed | MB, one pass | hop ms | 1 s ms | share | 1 s and filter ms | share |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        long_file(path, given.minutes)
        for name in given.names:
            (streamed, little), (one_pass, much) = (alone(name, path, whole) for whole in (False, True))
            ms = hops_ms(name)
            print(
                f"| {name} | {np.abs(streamed - one_pass).max():.1e} | {little:.0f} | {much:.0f} "
                f"| {ms['hop']:.2f} | {ms['anew']:.2f} | {ms['hop'] / ms['anew']:.2f} "
                f"| {ms['with filter']:.2f} | {ms['hop'] / ms['with filter']:.2f} |"
            )


if __name__ == "__main__":
    main()
