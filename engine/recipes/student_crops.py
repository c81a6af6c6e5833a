"""Step 1 of a student that ships: reinforced labels of every voice there is, made once for every student.

`train` holds the training speakers of the acted corpora, cries, all unlabelled voices, and sounds without speech; `dev`
and `test` hold whole clips of acting speakers who are in no other part, `dev_cries` and `test_cries` those of criers.
NAME.json beside each lists its clips: a crop's group is a place in it.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from engine import plugins
from engine.recipes import packages, voices
from engine.sound.audio import AudioError
from engine.training import quiet, reinforce
from engine.training.crops import Crop, save
from engine.training.reinforce import ReinforceOptions
from engine.types import SAMPLE_RATE, CorpusRow

VERSIONS = {  # of each clip; few speakers need more throats
    "ravdess": 12, "emodb": 16, "nemo": 8, "emogator": 5, "picovoice_voices": 8, "hedgewars_voices": 10,
    "fillets-ng-data": 8, "fillets-ng-data-cs": 8, "fillets-ng-data-nl": 8, "tuxpaint-stamps-default": 3,
    "asterisk-core-sounds-en-wav": 4, "asterisk-core-sounds-es-wav": 4, "asterisk-core-sounds-fr-wav": 4,
    "asterisk-core-sounds-it-wav": 4, "asterisk-core-sounds-ru-wav": 4,
}  # fmt: skip
TESTS = ("test", "test_cries")
LONGEST = 10 * SAMPLE_RATE
OPTIONS = ReinforceOptions(longest_s=3.5)
QUIET = 2000  # sounds in which nobody speaks
EMBEDDING = 256  # of the embedded teacher


@dataclass(frozen=True)
class Job:
    """One clip to be taught; no versions: the whole of it."""

    row: CorpusRow
    number: int
    versions: int
    teacher: str


def teach(job: Job) -> list[Crop]:
    """A clip's versions with the teacher's answers. An unreadable clip gives none."""
    try:
        samples = voices.heard(job.row)
    except AudioError:
        return []
    model = plugins.load("teachers", job.teacher).load()
    if not job.versions:
        peak = max(float(np.abs(samples).max()), 1e-4)
        whole = np.rint(samples[:LONGEST] / peak * reinforce.FULL).astype(np.int16)
        adv, embedding = model.predict((whole / np.float32(32768))[None])
        return [Crop(whole, adv[0], adv[0] if embedding is None else embedding[0], job.number)]
    seeds = reinforce.seeds(f"{job.row.corpus}/{job.row.path.name}", job.versions)
    return [
        Crop(heard, said.adv, said.adv if said.embedding is None else said.embedding, job.number, said.seed)
        for heard, said in reinforce.answers(model, samples, seeds, OPTIONS)
    ]


def prepare(
    shared: Path,
    work: Path,
    teacher: str,
    processes: int = 2,
    share: float = 1.0,
    names: Sequence[str] | None = None,
) -> None:
    """Teach `dev`, `test` and `train` into `work`, or those of these names; a part that is there stays as it is.

    Of the versions of a clip, a `share` is taught, two at least.
    """
    work.mkdir(parents=True, exist_ok=True)
    corpora = [name for name in VERSIONS if name not in packages.NAMES]
    every = voices.rows(shared / "corpus", tuple(corpora))
    parts = {}
    for split in ("dev", "test"):
        parts[split] = [row for row in every if row.split == split and row.corpus in voices.ACTED]
        parts[f"{split}_cries"] = [row for row in every if row.split == split and row.corpus == "emogator"]
    if names is None or "train" in names:  # packages are unpacked for it
        parts["train"] = [row for row in every if row.split in ("train", "")] + packages.rows(work / "packages")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for name, rows in parts.items():
            if (names is not None and name not in names) or (work / f"{name}.npz").exists():
                continue
            (work / f"{name}.json").write_text(json.dumps([{**asdict(row), "path": str(row.path)} for row in rows]))
            jobs = [
                Job(row, number, max(2, round(share * VERSIONS[row.corpus])) if name == "train" else 0, teacher)
                for number, row in enumerate(rows)
            ]
            crops = _told(pool.map(teach, jobs, chunksize=20), name)
            if name == "train":
                crops = chain(crops, quiet.crops(QUIET, EMBEDDING))
            print(f"{name}: {save(crops, work, name)} crops", flush=True)


def _told(answers: Iterator[list[Crop]], name: str) -> Iterator[Crop]:
    for number, crops in enumerate(answers):
        if number % 1000 == 0:
            print(f"{name}: clip {number}", flush=True)
        yield from crops
