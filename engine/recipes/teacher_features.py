"""Step 1 of the embedded teacher: what its frozen layers make of every clip, plain and augmented, kept once.

The frozen layers are two thirds of the cost of a training step; kept on disk, seeds and ablations share them.
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from engine import machine
from engine.networks.whisper import Head, Teacher, encoder
from engine.recipes import voices
from engine.sound.augment import augment, crop
from engine.types import Floats

VERSIONS = 6  # of each training clip: the plain one and five augmented
FAST = machine.bf16(torch.device("cpu"))
LONGEST = 400  # frames of 20 ms: 8 s


def version(samples: Floats, number: int, seed: int) -> Floats:
    """Version 0 is the clip itself; odd ones are whole, even ones a stretch of 1.5-4 s, all augmented."""
    if number == 0:
        return samples
    rng = np.random.default_rng([seed, number])
    changed = augment(samples, rng, strength=1.0)
    return crop(changed, rng, 1.5, 4.0) if number % 2 == 0 else changed


def prepare(shared: Path, work: Path, corpora: tuple[str, ...]) -> None:
    """Write `features.f16` (frames [total, 384]) and `index.json` (an entry a version) of the corpora into `work`."""
    torch.set_num_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(encoder(shared / "weights/whisper_tiny_en_encoder.safetensors"), Head()).eval()
    chosen = voices.rows(shared / "corpus", corpora)
    chosen = [row for row in chosen if row.corpus != "emogator" or row.category in voices.BURSTS]
    index, offset = [], 0
    with (work / "features.f16").open("wb") as file, torch.inference_mode():
        for number, (row, samples) in enumerate(voices.clips(chosen)):
            for kind in range(VERSIONS if row.split == "train" else 1):
                with torch.autocast("cpu", torch.bfloat16, enabled=FAST and row.split == "train"):
                    mel = teacher.log_mel(torch.from_numpy(version(samples, kind, number))[None])
                    frames = teacher.frozen(mel[:, :, : 2 * LONGEST])[0]
                file.write(frames.half().numpy().tobytes())
                entry = {**asdict(row), "path": str(row.path), "version": kind, "start": offset, "frames": len(frames)}
                index.append(entry)
                offset += len(frames)
            if number % 200 == 0:
                print(f"{number} of {len(chosen)} clips", flush=True)
    (work / "index.json").write_text(json.dumps(index))
