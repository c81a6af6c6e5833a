"""How fast things run on one thread, as multiples of real time.

The processor's time is counted: on an idle machine it is the clock's, and on a busy one it still says something. All
take turns on the same clips. Absolute figures belong to one machine; the ratio to a well-known log-mel travels better.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import librosa
from threadpoolctl import threadpool_limits

from engine.labelling import listen
from engine.onnx_model import OnnxModel
from engine.sound import speech
from engine.types import SAMPLE_RATE, Floats, Model

Task = Callable[[Floats], object]


def log_mel(samples: Floats) -> Floats:
    """The reference that everything is compared with: librosa's 40 log-mels at its default hop; [T] -> [40, frames]."""
    power: Floats = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE, n_mels=40)
    decibels: Floats = librosa.power_to_db(power)
    return decibels


def clip_value(model: Model) -> Task:
    """A clip's value as the product computes it: voice filter, stretches, model."""
    return lambda samples: listen.clip_value(model, samples, speech.spans(samples))


def bare(model: Model) -> Task:
    """The model alone, on at most as much as it is ever given at once."""
    longest = int(listen.LONGEST_S * SAMPLE_RATE)
    return lambda samples: [
        model.predict(samples[start : start + longest][None]) for start in range(0, len(samples), longest)
    ]


def speeds(tasks: Mapping[str, Task], clips: Sequence[Floats], rounds: int = 5) -> dict[str, list[float]]:
    """Times real time of each task in each round over all clips, in ascending order; the warm-up is not counted."""
    audio_s = sum(len(clip) for clip in clips) / SAMPLE_RATE
    found: dict[str, list[float]] = {name: [] for name in tasks}
    with threadpool_limits(1):
        for number in range(rounds + 1):
            for name, task in tasks.items():
                start = time.process_time()
                for clip in clips:
                    task(clip)
                if number:
                    found[name].append(audio_s / (time.process_time() - start))
    return {name: sorted(values) for name, values in found.items()}


def ratio(values: Sequence[float], reference: Sequence[float]) -> float:
    """How many times as fast as the reference, median to median."""
    return median(values) / median(reference)


def calls_ms(tasks: Mapping[str, Callable[[], object]], rounds: int = 50, warm: bool = False) -> dict[str, float]:
    """Milliseconds of the processor's time for one call of each, the median of `rounds` in which they take turns.

    `warm`: each is called once more just before, untimed, and so does not find the caches as the others left them.
    """
    found: dict[str, list[float]] = {name: [] for name in tasks}
    with threadpool_limits(1):
        for number in range(rounds + 3):
            for name, task in tasks.items():
                if warm:
                    task()
                start = time.process_time()
                task()
                if number >= 3:  # the first ones warm up
                    found[name].append((time.process_time() - start) * 1000)
    return {name: median(values) for name, values in found.items()}


def files_ms(files: Mapping[str, Path], audio: Floats, sessions: int = 5, rounds: int = 20) -> dict[str, float]:
    """Milliseconds for `audio` [B, T] of each ONNX file, warm: the median over sessions, all opened anew for each.

    Where a session's weights happen to lie in memory changes its speed by a tenth, for as long as it lives.
    """
    found: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(sessions):
        tasks = {name: partial(OnnxModel(path).predict, audio) for name, path in files.items()}
        times = calls_ms(tasks, rounds, warm=True)
        for name, value in times.items():
            found[name].append(value)
    return {name: median(values) for name, values in found.items()}
