"""Teacher and student, times real time on one thread, beside librosa and openSMILE on the same clips in one run.

`python -m tests.bench.speed [FOLDER] [--clips N] [--rounds N]`: the bundled samples, or N clips spread over a folder.
"""

import argparse
import os
import platform
from importlib import metadata
from itertools import islice
from pathlib import Path
from statistics import median

import opensmile

from app import models
from engine import corpora
from engine.onnx_model import ASSETS
from engine.scoring import timing
from engine.sound import audio
from engine.types import SAMPLE_RATE, Floats
from tests.bench.machine import processor

LIBROSA = "librosa: log-mel, 40 bands"


def tasks() -> dict[str, timing.Task]:
    teacher = models.teacher(models.TEACHER).model
    students = [models.embedded_student(name).model for name in models.EMBEDDED]
    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02, feature_level=opensmile.FeatureLevel.Functionals, num_workers=1
    )
    return {
        LIBROSA: timing.log_mel,
        "openSMILE: eGeMAPSv02 functionals": lambda samples: smile.process_signal(samples, SAMPLE_RATE),
        **{f"student {student.name}: clip value": timing.clip_value(student) for student in students},
        **{f"student {student.name}: network alone": timing.bare(student) for student in students},
        f"teacher {teacher.name}: clip value": timing.clip_value(teacher),
        f"teacher {teacher.name}: network alone": timing.bare(teacher),
    }


def clips(folder: Path, most: int) -> list[Floats]:
    paths = [row.path for row in corpora.rows(folder)]
    return [audio.read(path) for path in islice(paths, 0, None, max(1, len(paths) // most))][:most]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=ASSETS / "samples")
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    heard = clips(given.folder, given.clips)
    measured = timing.speeds(tasks(), heard, given.rounds)
    packages = ("onnxruntime", "librosa", "opensmile", "numpy")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    seconds = sum(map(len, heard)) / SAMPLE_RATE
    print(f"{processor()}, {os.cpu_count()} cores of which one is used, {platform.system()}")
    print(f"Python {platform.python_version()}, {versions}")
    print(f"{len(heard)} clips of {given.folder.name}, {seconds:.1f} s together")
    print(f"{given.rounds} interleaved rounds, processor time\n")
    print("| one thread | times real time: median (min to max) | times librosa |\n|---|---|---|")
    for name, values in measured.items():
        spread = f"{median(values):.0f} ({values[0]:.0f} to {values[-1]:.0f})"
        print(f"| {name} | {spread} | {timing.ratio(values, measured[LIBROSA]):.2f} |")


if __name__ == "__main__":
    main()
