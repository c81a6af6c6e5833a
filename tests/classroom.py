"""A library to train from in seconds: the bundled samples in the throats of several made-up speakers.

Made-up sounds will not do: the voice filter, which decides what is taught, hears nobody speak in them.
"""

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
import soxr

from app.jobs import work
from app.training import trainings
from engine.sound import audio
from store.db import Store
from store.records import JobRecord
from tests.conftest import SAMPLES

CORPUS = "class"
TAUGHT, KEPT = 7, 3  # of ten speakers, as `engine.training.split` has it
TINY: dict[str, Any] = {  # arguments of a training of seconds
    "spec": {"architecture": "etude", "size": 4},
    "options": {"passes": 3, "batch_s": 24.0, "rate": 0.01, "average": 0.9, "processes": 1, "keep_s": 0.0},
    "reinforce": {"versions": 2, "longest_s": 1.5},
    "teacher": "loudness",
}


def fill(store: Store, folder: Path, speakers: int = TAUGHT + KEPT, clips: int = 8, seconds: float = 1.5) -> None:
    """Import so many speakers with so many clips each, at most one a sample."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["file,speaker,sex,language,licence"]
    for speaker in range(speakers):
        for path in SAMPLES[:clips]:
            voice = soxr.resample(audio.read(path), 16_000, 16_000 * 1.25 ** (speaker / speakers * 2 - 1))
            name = f"v{speaker}-{path.stem}.wav"
            sf.write(folder / name, voice[: int(seconds * 16_000)].astype(np.float32), 16_000)
            rows.append(f"{name},v{speaker},{'female' if speaker % 3 else 'male'},en,CC0-1.0")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    list(work.import_folder(store, folder))


def order(**options: object) -> trainings.TrainOrder:
    """TINY, with some options of its own."""
    return trainings.TrainOrder.of({**TINY, "options": {**TINY["options"], **options}})


def claimed(store: Store, arguments: dict[str, object] = TINY) -> JobRecord:
    """A training job that the test itself holds."""
    job = store.jobs.claim("test", store.jobs.add(trainings.KIND, arguments))
    assert job is not None
    return job


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    stats = (path.read_text() for path in Path("/proc").glob("[0-9]*/stat") if path.exists())
    fields = [(stat.split(" ", 1)[0], *stat.rpartition(")")[2].split()[:2]) for stat in stats]
    return sorted(int(child) for child, state, parent in fields if int(parent) == pid and state != "Z")


def helpers(folder: Path) -> list[int]:
    """The other processes of the training in a folder, as far as they run."""
    command = ["pgrep", "-f", f"engine.training.team.*{folder}"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(each) for each in found.stdout.split()]
