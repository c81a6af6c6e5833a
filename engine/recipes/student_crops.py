"""Step 1 of the embedded student: crops of every voice, plain and augmented, each answered by the teacher, once.

Crops are cut to a multiple of half a second, so that a batch needs no padding; the teacher hears exactly the cut.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from engine import plugins
from engine.audio import AudioError
from engine.augment import augment, crop
from engine.recipes import voices
from engine.types import SAMPLE_RATE, CorpusRow, Floats

STEP = SAMPLE_RATE // 2
VERSIONS = {"ravdess": 8, "emodb": 10, "nemo": 7, "emogator": 4, "picovoice_voices": 8, "hedgewars_voices": 6}
Taught = tuple[np.ndarray, Floats, Floats]  # int16 samples, A/D/V, embedding


def cut(samples: Floats, version: int, seed: int) -> Floats:
    """Version 0 is plain, the others augmented; 1-3 s, and a whole number of half seconds."""
    rng = np.random.default_rng([seed, version])
    changed = samples if version == 0 else augment(samples, rng)
    part = crop(changed, rng, *((2.0, 3.0) if version % 2 == 0 else (1.0, 2.5)))
    return part[: len(part) // STEP * STEP]


def teach(job: tuple[CorpusRow, int, int, str]) -> list[Taught]:
    """One clip's versions with the teacher's answers; no versions: the whole clip. An unreadable clip gives none."""
    row, seed, versions, teacher = job
    try:
        samples = voices.heard(row)
    except AudioError:
        return []
    model = plugins.load("teachers", teacher).load()
    cuts = [cut(samples, version, seed) for version in range(versions)] if versions else [samples[: 10 * SAMPLE_RATE]]
    found = []
    for part in cuts:
        peak = float(np.abs(part).max(initial=0.0))
        if len(part) < STEP or peak == 0.0:
            continue
        whole = np.rint(part / peak * 32000).astype(np.int16)
        adv, embedding = model.predict((whole / np.float32(32768))[None])
        found.append((whole, adv[0], adv[0] if embedding is None else embedding[0]))
    return found


def save(answers: Iterator[list[Taught]], folder: Path, name: str) -> int:
    """Write `NAME.i16` and `NAME.npz` as `engine.distil.Crops` reads them; returns the number of crops."""
    lengths, advs, embeddings = [], [], []
    with (folder / f"{name}.i16").open("wb") as file:
        for number, taught in enumerate(answers):
            for samples, adv, embedding in taught:
                file.write(samples.tobytes())
                lengths.append(len(samples))
                advs.append(adv)
                embeddings.append(embedding)
            if number % 500 == 0:
                print(f"{name}: {number} clips, {len(lengths)} crops", flush=True)
    start = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    np.savez(folder / f"{name}.npz", start=start, length=lengths, adv=np.stack(advs), embedding=np.stack(embeddings))
    return len(lengths)


def prepare(shared: Path, work: Path, teacher: str, processes: int = 2) -> None:
    """Teach `train` (acted `train` speakers, bursts, unlabelled voices) and `dev` (acted `dev` speakers)."""
    work.mkdir(parents=True, exist_ok=True)
    every = voices.rows(shared / "corpus", tuple(VERSIONS))
    numbered = list(enumerate(every))
    train = [(row, n, VERSIONS[row.corpus], teacher) for n, row in numbered if row.split in ("train", "")]
    dev = [(row, n, 0, teacher) for n, row in numbered if row.split == "dev" and row.corpus in voices.ACTED]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for name, jobs in (("dev", dev), ("train", train)):
            save(pool.map(teach, jobs, chunksize=20), work, name)
