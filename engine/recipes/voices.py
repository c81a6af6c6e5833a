"""The training clips of a folder of corpora: decoded, trimmed to the speech, with their rows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine import corpora
from engine.labelling import listen
from engine.sound import audio, speech
from engine.types import CorpusRow, Floats

ACTED = ("ravdess", "emodb", "nemo")  # speech with a category that has an anchor, and a speaker-disjoint split
BURSTS = {  # emogator's words for a cry or a laugh, where they mean one of the anchors
    "anger": "anger", "disgust": "disgust", "fear": "fear", "sadness": "sadness", "neutral": "neutral",
    "surprise (negative)": "surprise", "surprise (positive)": "surprise", "amusement": "happiness",
    "elation": "happiness", "serenity": "calm", "contentment": "calm",
}  # fmt: skip


def rows(root: Path, names: tuple[str, ...]) -> list[CorpusRow]:
    """Rows of the named corpora, in a fixed order.

    Raises:
        ValueError: a corpus is not there.
    """
    found: list[CorpusRow] = []
    for name in names:
        if not (root / name).is_dir():
            raise ValueError(f"There is no corpus {name} in {root}.")
        found += [replace(row, corpus=name) for row in corpora.rows(root / name)]
    return found


def measured(root: Path) -> dict[str, list[CorpusRow]]:
    """Acted clips by split: all of `dev` and `test`, and every second of `train`, which is enough for a baseline."""
    every = rows(root, ACTED)
    found = {split: [row for row in every if row.split == split] for split in ("train", "dev", "test")}
    return {**found, "train": found["train"][::2]}


def heard(row: CorpusRow) -> Floats:
    """The row's clip from its first to its last word; the whole of it where the filter hears no word."""
    samples = audio.read(row.path)
    spoken = speech.spans(samples)
    return listen.trimmed(samples, spoken) if spoken else samples


def clips(chosen: list[CorpusRow]) -> Iterator[tuple[CorpusRow, Floats]]:
    """Each row with its samples; what cannot be read is left out."""
    for row in chosen:
        try:
            yield row, heard(row)
        except audio.AudioError as error:
            print(f"left out {row.path.name}: {error}")
