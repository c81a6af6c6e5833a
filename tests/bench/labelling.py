"""Labelling beside the loop that most people write, in one run; or a whole corpus by the embedded teacher.

`python -m tests.bench.labelling SHARED [--clips N] [--traces N]`: N real clips of a teacher of audEERING's shape,
random weights. The loop: transformers, fp32, one clip after the other, one process with every core. Twice: the clip's
value alone, and with the trace, of which the loop too slides the window.
`python -m tests.bench.labelling SHARED --corpus [--clips N]`: the embedded teacher over all clips, or N of them.
"""

import argparse
import os
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import librosa
import numpy as np
import torch

from app.jobs.work import import_folder
from app.labelling import local
from engine import corpora, machine, plugins
from engine.fetching import hub
from engine.labelling import pool, precision
from engine.labelling.answering import answer
from engine.networks import vision
from engine.sound import audio
from engine.types import SAMPLE_RATE, Floats
from store.db import Store
from tests.bench import clips, giant
from tests.bench.machine import processor

WINDOW_S, HOP_S = 2.0, 0.25
Loop = Callable[[Path], Floats]


def naive(folder: Path) -> tuple[Loop, Loop]:
    """The clip's value, and the trace, as a person writes them who has read the model's card."""
    vision.prepare()
    from safetensors.torch import load_file
    from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model

    state = load_file(folder / "model.safetensors")
    model = Wav2Vec2Model(Wav2Vec2Config(**giant.CONFIG)).eval()
    model.load_state_dict({name[9:]: value for name, value in state.items() if name.startswith("wav2vec2.")})
    head = {name[11:]: value for name, value in state.items() if name.startswith("classifier.")}
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=True)

    @torch.no_grad()
    def said(samples: Floats) -> Floats:
        inputs = extractor(samples, sampling_rate=SAMPLE_RATE, return_tensors="pt")
        pooled = model(inputs.input_values).last_hidden_state.mean(dim=1)
        hidden = torch.tanh(pooled @ head["dense.weight"].T + head["dense.bias"])
        values: Floats = (hidden @ head["out_proj.weight"].T + head["out_proj.bias"]).numpy()[0]
        return values

    def value(path: Path) -> Floats:
        return said(librosa.load(path, sr=SAMPLE_RATE)[0])

    def trace(path: Path) -> Floats:
        samples = librosa.load(path, sr=SAMPLE_RATE)[0]
        window, hop = int(WINDOW_S * SAMPLE_RATE), int(HOP_S * SAMPLE_RATE)
        starts = range(0, max(1, len(samples) - window + 1), hop)
        return np.stack([said(samples), *(said(samples[start : start + window]) for start in starts)])

    return value, trace


def ours(function: Callable[..., object], tasks: list[tuple[object, ...]]) -> float:
    """Seconds for the tasks in processes that have loaded the teacher: a labelling of hours loads it once."""
    warm, moments = [tasks[0]] * (2 * pool.cores()), list[float]()
    for came in pool.each(function, [*warm, *tasks], pool.cores()):
        if came is not None:
            assert not isinstance(came[1], Exception), came[1]
            moments.append(time.perf_counter())
    return moments[-1] - moments[len(warm) - 1]


def beside(loop: Loop, function: Callable[..., object], tasks: list[tuple[object, ...]], paths: list[Path]) -> str:
    """Both, the loop before and after ours, as cells of a table."""

    def looped() -> float:
        begun = time.perf_counter()
        for path in paths:
            loop(path)
        return time.perf_counter() - begun

    looped()  # warm
    before, mine, after = looped(), ours(function, tasks), looped()
    heard_s = sum(librosa.get_duration(path=path) for path in paths)
    theirs = (before + after) / 2
    spread = f"{heard_s / theirs:.2f} ({heard_s / before:.2f}, {heard_s / after:.2f})"
    return f"{spread} | {heard_s / mine:.2f} | {theirs / mine:.2f}"


def giants(shared: Path, count: int, few: int) -> None:
    """The teacher of audEERING's shape."""
    rows = clips.rows(shared)[:count]
    paths = [row.path.absolute() for row in rows]
    with TemporaryDirectory() as folder:
        made = giant.write(Path(folder))
        os.environ[hub.VARIABLE] = folder
        sounds = [audio.read(path) for path in paths[: precision.LEAST_CLIPS]]
        able = machine.bf16(torch.device("cpu"))
        found = precision.gate(lambda how: plugins.load("teachers", giant.NAME).load(1, how), sounds, able)
        print(f"labelled in {found.why}\n")
        loop, sliding = naive(made)
        print(f"| {count} clips, the trace of {few} | the loop (before, after) | labelling | times the loop |")
        print("|---|---|---|---|")
        tasks: list[tuple[object, ...]] = [(giant.NAME, str(path), found.precision) for path in paths]
        print(f"| the clip's value | {beside(loop, giant.value, tasks, paths)} |", flush=True)
        tasks = [(giant.NAME, str(path), 5.0) for path in paths[:few]]
        print(f"| and its trace, fp32 | {beside(sliding, answer, tasks, paths[:few])} |")


def corpus(shared: Path, count: int | None) -> None:
    """The embedded teacher over a library, as `etude label` does it."""
    with TemporaryDirectory() as folder:
        rows = [row for each in sorted((shared / "corpus").glob("*/metadata.csv")) for row in corpora.rows(each.parent)]
        chosen = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[:count]]
        clips.write(chosen, Path(folder) / "clips")
        with Store(Path(folder) / "data") as store:
            *_, last = import_folder(store, Path(folder) / "clips")
            print(last.message, flush=True)
            shutil.rmtree(Path(folder) / "clips")
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            *_, last = local.label(store, "embedded")
            took_s, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
            busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            heard_s = store.stats()["hours"] * 3600
    print(last.message)
    print(f"{heard_s / 3600:.2f} h of sound in {took_s:.0f} s: {heard_s / took_s:.0f} times real time, trace included;")
    print(f"{busy_s / took_s:.2f} of {pool.cores()} cores busy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--clips", type=int)
    parser.add_argument("--traces", type=int, default=6)
    given = parser.parse_args()
    print(f"{processor()}, {pool.cores()} cores")
    if given.corpus:
        corpus(given.shared, given.clips)
    else:
        giants(given.shared, given.clips or 24, given.traces)


if __name__ == "__main__":
    main()
