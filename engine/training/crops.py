"""What a student is taught with: crops of clips, each with its answer, as two files that are read where they lie.

Batches hold one length each, so nothing is padded. A row's target is a teacher's answer to exactly these samples, or
a person's correction of the clip, or the middle of the scale for sounds in which nobody speaks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.types import SAMPLE_RATE, Floats

if TYPE_CHECKING:  # seconds to import, and only those who train need it
    from torch import Tensor

STEP = SAMPLE_RATE // 2  # crops last a whole number of these
NOTHING = np.zeros(0, np.int16)


@dataclass(frozen=True)
class Crop:
    """One row on its way to disk.

    Shape:
        samples: int16 [T], T a multiple of STEP; adv: float32 [3]; embedding: float32 [E].
    """

    samples: np.ndarray
    adv: Floats
    embedding: Floats
    group: int = 0  # which clip it came from, as its maker numbers them
    seed: int = 0  # of its augmentation; 0: the clip as it is
    weight: float = 1.0


@dataclass(frozen=True)
class Crops:
    """Taught crops, one after the other in a file of int16.

    Shape:
        samples: int16 [total]; start, length, group, seed: [N]; adv: float32 [N, 3]; embedding: float16 [N, E], zeros
        where there is none to follow; weight: float32 [N].
    """

    samples: np.ndarray
    start: np.ndarray
    length: np.ndarray
    adv: Floats
    embedding: np.ndarray
    group: np.ndarray
    seed: np.ndarray
    weight: Floats

    @classmethod
    def open(cls, folder: Path, name: str) -> "Crops":
        """Read what `save` wrote; the samples stay on disk."""
        table = np.load(folder / f"{name}.npz")
        samples = np.memmap(folder / str(table["sounds"]), np.int16, "r")
        return cls(samples, *(table[field.name] for field in fields(cls)[1:]))

    def __len__(self) -> int:
        return len(self.start)

    def audio(self, rows: np.ndarray) -> "Tensor":
        """Equally long crops as float32 [B, T]."""
        import torch

        length = self.length[rows[0]]
        sounds = torch.from_numpy(np.stack([self.samples[start : start + length] for start in self.start[rows]]))
        return sounds.float().mul_(1 / 32_768)

    def clip(self, row: int) -> Floats:
        """One crop as float32 [T]."""
        return self.audio(np.array([row]))[0].numpy()


class Writer:
    """Writes `NAME.i16` and `NAME.npz` as `Crops.open` reads them; the second appears only when both are whole."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name, self._kept = folder, name, list[Crop]()
        self._lengths = list[int]()
        self._file = (folder / f"{name}.i16").open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, crop: Crop) -> None:
        """Append one crop."""
        self._file.write(crop.samples.astype(np.int16).tobytes())
        self._lengths.append(len(crop.samples))
        self._kept.append(replace(crop, samples=NOTHING, embedding=crop.embedding.astype(np.float16)))

    def finish(self) -> int:
        """Write the table; returns the number of crops.

        Raises:
            ValueError: there are none.
        """
        kept = self._kept
        if not kept:
            raise ValueError("There is no speech to learn from; import recordings in which people speak.")
        self._file.close()
        _write(
            self._folder, self._name, sounds=f"{self._name}.i16", length=self._lengths,
            start=np.concatenate([[0], np.cumsum(self._lengths)[:-1]]),
            adv=np.stack([crop.adv for crop in kept]).astype(np.float32),
            embedding=np.stack([crop.embedding for crop in kept]), group=np.array([crop.group for crop in kept]),
            seed=np.array([crop.seed for crop in kept]), weight=np.array([crop.weight for crop in kept], np.float32),
        )  # fmt: skip
        return len(kept)


def save(crops: Iterable[Crop], folder: Path, name: str) -> int:
    """Write all of them; returns their number.

    Raises:
        ValueError: there are none.
    """
    with Writer(folder, name) as out:
        for crop in crops:
            out.add(crop)
        return out.finish()


def select(folder: Path, name: str, rows: np.ndarray, new: str) -> None:
    """Make `NEW.npz` of some rows of NAME; the samples are shared."""
    table = np.load(folder / f"{name}.npz")
    _write(folder, new, **{key: table[key] if key == "sounds" else table[key][rows] for key in table.files})


def _write(folder: Path, name: str, **columns: Any) -> None:
    partial = folder / f"{name}.partial.npz"
    np.savez(partial, **columns)
    partial.replace(folder / f"{name}.npz")
