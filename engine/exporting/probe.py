"""A file run by somebody else: `python -m engine.exporting.probe FOLDER FILE`, in a process without anything of ours.

A plain onnxruntime session with default options answers the clips in FOLDER and sounds that nobody would ask about.
Its answers go into FOLDER too; what can't be answered is told in onnxruntime's own words. The gate reads them.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from engine.types import AXES, SAMPLE_RATE, Floats

CLIPS, ANSWERS, TOLD = "clips.npz", "answers.npy", "told.json"
SHORTEST_S, USUAL_S, LONG_S = 0.5, 5.0, 60.0  # the least that a model is ever given; what times are stated for
BATCH = 16
SPEECH = "some of the clips"
STATUS = Path("/proc/self/status")


def ask(folder: Path, clips: Iterable[Floats]) -> None:
    """Put clips, float32 [T] each, where `main` looks for them."""
    kept = list(clips)
    np.savez(folder / CLIPS, samples=np.concatenate(kept), length=[len(clip) for clip in kept])


def sounds() -> Iterator[tuple[str, Floats]]:
    """What a microphone, or a bug in front of the file, may come up with: the name and float32 [T] at 16 kHz."""
    length = int(2 * SAMPLE_RATE)
    noise = np.random.default_rng(0).uniform(-1, 1, length).astype(np.float32)
    nothing, click = np.zeros((2, length), np.float32)
    click[length // 2] = 1
    yield "silence", nothing
    yield "a square wave at full scale", np.where(np.arange(length) // 40 % 2, 1, -1).astype(np.float32)
    yield "a click of one sample", click
    yield "a click at the very start", click[length // 2 :]
    yield "noise at full scale", noise
    yield "noise at a millionth of it", noise * np.float32(1e-6)
    yield "a constant", nothing + np.float32(0.5)
    yield f"{SHORTEST_S} s of noise", noise[: int(SHORTEST_S * SAMPLE_RATE)]


def usual(seconds: float, rows: int = 1) -> Floats:
    """Noise of an ordinary level, float32 [rows, T]."""
    noise = np.random.default_rng(1).standard_normal((rows, int(seconds * SAMPLE_RATE)))
    return (0.1 * noise).astype(np.float32)


class _Runner:
    """A session that remembers what it could not answer."""

    def __init__(self, file: Path) -> None:
        self._session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self.refused: dict[str, str] = {}

    def __call__(self, what: str, audio: Floats) -> Floats:
        """[B, T] -> [B, 3], NaN where there is no answer."""
        try:
            return np.asarray(self._session.run(None, {self._input: audio})[0], np.float32)
        except Exception as error:  # onnxruntime has no common class for its errors
            self.refused.setdefault(what, _brief(error))
            return np.full((len(audio), len(AXES)), np.nan, np.float32)


def main(folder: Path, file: Path) -> dict[str, Any]:
    """All that FILE is asked; memory first, while nothing else is held."""
    before = _held("VmRSS")
    try:
        run = _Runner(file)
    except Exception as error:  # as above
        return {"unopened": _brief(error)}
    memory = []
    for seconds in (USUAL_S, LONG_S):
        answer = run(f"{seconds:.0f} s of noise", usual(seconds))
        memory.append(None if before is None else (_held("VmHWM") or 0) - before)
    odd = {f"{LONG_S:.0f} s of noise": answer, **{what: run(what, samples[None]) for what, samples in sounds()}}
    together = run(f"{BATCH} clips at once", usual(2.0, BATCH))
    singly = np.concatenate([run("2 s of noise", row[None]) for row in usual(2.0, BATCH)])
    np.save(folder / ANSWERS, _of_clips(run, folder))
    return {
        "refused": run.refused,
        "memory_bytes": memory,
        "odd": {what: [_number(value, 5) for value in answer[0]] for what, answer in odd.items()},
        "batch_difference": _number(np.abs(together - singly).max(), 8),
    }


def _of_clips(run: _Runner, folder: Path) -> Floats:
    with np.load(folder / CLIPS) as kept:
        clips = np.split(kept["samples"], np.cumsum(kept["length"])[:-1])
    return np.concatenate([run(SPEECH, clip[None]) for clip in clips])


def _held(line: str) -> int | None:
    """Bytes that this process holds (VmRSS), or has held at most (VmHWM); None where the system does not tell.

    Not getrusage: what it calls the peak begins, on Linux, with that of the process that started this one.
    """
    if not STATUS.is_file():
        return None
    told = dict(each.split(":", 1) for each in STATUS.read_text().splitlines() if ":" in each)
    return int(told[line].split()[0]) * 1024 if line in told else None


def _number(value: np.floating[Any], digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None


def _brief(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300].rstrip(".: ")


if __name__ == "__main__":
    home = Path(sys.argv[1])
    (home / TOLD).write_text(json.dumps(main(home, Path(sys.argv[2]))))
