"""An hour's file answered with its trace: peak memory over what the loaded teacher takes, and times real time.

`python -m tests.bench.longfile [--minutes N] [--giant]`: the bundled samples, one after another, by the embedded
teacher; or 20 s of them amid a hiss, by one of audEERING's shape with random weights, which would need hours for more.
"""

import argparse
import os
import sys
import time
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

import numpy as np
import soundfile as sf

from engine import plugins
from engine.fetching import hub
from engine.labelling import longfile
from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.types import SAMPLE_RATE
from tests.bench import giant, machine

SAMPLES = sorted((ASSETS / "samples").glob("*.flac"))


def memory(line: str) -> float:
    """MB, by its name in the process's status."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(each for each in status if each.startswith(line)).split()[1]) / 1000


def write(path: Path, minutes: float, spoken_s: float) -> None:
    """The samples again and again for so long, in the middle of a hiss."""
    voices, dice = [audio.read(sample) for sample in SAMPLES], np.random.default_rng(0)
    length, spoken = round(minutes * 60 * SAMPLE_RATE), round(spoken_s * SAMPLE_RATE)
    begins, place, number = (length - spoken) // 2, 0, 0
    with sf.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_24", format="FLAC") as out:
        while place < length:
            if begins <= place < begins + spoken:
                piece, number = voices[number % len(voices)], number + 1
                piece = piece[: begins + spoken - place]
            else:
                end = begins if place < begins else length
                piece = dice.normal(0, 1e-4, min(SAMPLE_RATE, end - place)).astype(np.float32)
            out.write(piece)
            place += len(piece)


def measured(teacher: str, path: Path) -> None:
    """In a process of its own: load, answer a sample, then the file."""
    model = plugins.load("teachers", teacher).load(threads=1)
    longfile.answer(model, SAMPLES[0])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    base, begun = memory("VmRSS"), time.perf_counter()
    said = longfile.answer(model, path)
    took_s, peak = time.perf_counter() - begun, memory("VmHWM")
    stated = int(np.isfinite(said.trace.values).all(axis=1).sum())
    print(f"{teacher}: {said.duration_s / 60:.1f} min, {said.speech_s / 60:.1f} of them speech")
    print(f"{len(said.trace.values)} windows, {stated} answered; {said.duration_s / took_s:.0f} times real time")
    print(f"peak {peak:.0f} MB, {peak - base:.0f} MB over {base:.0f} MB with the teacher loaded")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--giant", action="store_true")
    parser.add_argument("--measure", nargs=2, help="used by this bench itself")
    given = parser.parse_args()
    if given.measure:
        measured(given.measure[0], Path(given.measure[1]))
        return
    print(machine.processor())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "long.flac"
        write(path, given.minutes, 20 if given.giant else given.minutes * 60)
        if given.giant:
            giant.write(Path(folder) / "teachers")
        teacher = giant.NAME if given.giant else "embedded"
        command = [sys.executable, "-m", "tests.bench.longfile", "--measure", teacher, str(path)]
        run(command, check=True, env={**os.environ, hub.VARIABLE: str(Path(folder) / "teachers")})


if __name__ == "__main__":
    main()
