"""Step 4 of the embedded teacher: score the very file that ships, beside simple baselines, and write its card.

`dev` chose; `test` is read here, once. All figures are CCC against category anchors, never human ratings.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine import audio, baselines, listen, scores, speech
from engine.anchors import anchor, target
from engine.measure import ccc
from engine.onnx_model import OnnxModel
from engine.recipes import teacher_fit, voices
from engine.types import CorpusRow, Floats, Model
from engine.whisper import WIDTH, Head, Teacher, encoder

GAINS_DB = (-12, -6, 6, 12)


def said_of(model: Model, rows: list[CorpusRow], gain_db: float = 0.0) -> Floats:
    """The model's clip values as the product gives them, [N, 3]; NaN where no speech was found."""
    answers = []
    for row in rows:
        samples = (audio.read(row.path) * 10 ** (gain_db / 20)).astype(np.float32)
        answers.append(listen.clip_value(model, samples, speech.spans(samples))[0])
    return np.stack(answers)


@torch.inference_mode()
def ridge_on_frozen(shared: Path, work: Path) -> Floats:
    """Answers on `test` of a ridge on the untouched encoder's layers 2, 3 and 4."""
    features = np.memmap(work / "features.f16", np.float16, "r").reshape(-1, WIDTH)
    teacher = Teacher(encoder(shared / "weights/whisper_tiny_en_encoder.safetensors"), Head()).eval()
    parts: dict[str, list[tuple[Floats, Floats]]] = {"train": [], "dev": [], "test": []}
    for example in teacher_fit.examples(work):
        if example.row.corpus in voices.ACTED:
            frames = np.array(features[example.starts[0] : example.starts[0] + example.frames[0]], np.float32)
            states = teacher.states(torch.from_numpy(frames)[None], None)[0]
            wanted = example.target if example.row.split == "train" else anchor(example.row)
            parts[example.row.split].append((baselines.frozen_statistics(states), wanted))
    train, dev, test = ([np.stack(part) for part in zip(*parts[split], strict=True)] for split in parts)
    return baselines.ridge(train[0], train[1], dev[0], dev[1], test[0])


def left_out(work: Path) -> list[dict[str, Any]]:
    """Each corpus, answered by a teacher that never heard it."""
    features = np.memmap(work / "features.f16", np.float16, "r").reshape(-1, WIDTH)
    found = []
    for corpus in voices.ACTED:
        teacher = teacher_fit.branch(work, teacher_fit.without(corpus))
        mine = [e for e in teacher_fit.examples(work) if e.row.corpus == corpus]
        said = teacher_fit.answers(teacher, mine, features)
        truth = np.stack([anchor(e.row) for e in mine])
        found.append(scores.scores(said, truth, [e.row for e in mine])[0])
    return found


def measure(shared: Path, work: Path, path: Path) -> dict[str, Any]:
    """Every figure of the card."""
    rows = voices.measured(shared / "corpus")
    truth = {split: np.stack([anchor(row) for row in part]) for split, part in rows.items()}
    model, full = OnnxModel(path), OnnxModel(work / "teacher_fp32.onnx")
    said = {split: said_of(model, rows[split]) for split in ("dev", "test")}
    simple = {s: np.stack([baselines.log_mel_statistics(voices.heard(row)) for row in rows[s]]) for s in rows}
    wanted = np.stack([target(row) for row in rows["train"]])
    plain = baselines.ridge(simple["train"], wanted, simple["dev"], truth["dev"], simple["test"])
    heard = ~np.isnan(said["test"][:, 0])
    some = rows["test"][::25]
    change = max(float(np.nanmax(np.abs(said_of(model, some, gain) - said["test"][::25]))) for gain in GAINS_DB)
    return {
        "dev": scores.scores(said["dev"], truth["dev"], rows["dev"]),
        "test": scores.scores(said["test"], truth["test"], rows["test"]),
        "baseline": scores.scores(plain, truth["test"], rows["test"]),
        "ridge": scores.scores(ridge_on_frozen(shared, work), truth["test"], rows["test"]),
        "left_out": left_out(work),
        "ccc_to_fp32": [float(f"{v:.5f}") for v in ccc(said["test"][heard], said_of(full, rows["test"])[heard])],
        "gain_12_db": float(f"{change:.1g}"),
    }


def write(shared: Path, work: Path, path: Path) -> None:
    """Score the file; put the figures into its contract and its card."""
    measured = measure(shared, work, path)
    beside = path.with_suffix(".json")
    stated = {**json.loads(beside.read_text()), "metrics": measured}
    beside.write_text(json.dumps(stated, indent=1) + "\n")
    path.with_suffix(".md").write_text(card(stated, path.stat().st_size))
    print(card(stated, path.stat().st_size))


def card(stated: dict[str, Any], size: int) -> str:
    """The card in Markdown."""
    m = stated["metrics"]
    return f"""# The embedded teacher

{stated["title"]}: {stated["parameters"]:,} parameters, {size:,} bytes, sha256 `{stated["sha256"][:16]}…`.

Hears 16 kHz speech at any level; answers arousal, dominance and valence, nominally 0..1, unclipped, and an embedding.
Level-free: ±12 dB moved no clip value by more than {m["gain_12_db"]:g}. A voice filter in front of it (Silero) keeps
silence and noise from being scored.

## Data and licence

Trained on acted speech: RAVDESS (English, 24 actors, CC BY-NC-SA 4.0), EmoDB (German, 10 speakers, CC0), nEMO (Polish,
9 speakers, CC BY-NC-SA 4.0), and, in one of its two branches, on EmoGator's vocal bursts (Apache-2.0). Therefore
these weights are **CC BY-NC-SA 4.0**: non-commercial, share alike, and so is what is distilled from them.
The encoder started as Whisper tiny.en (MIT, Copyright (c) 2022 OpenAI; the notice must be kept).

## How good

None of these corpora has human ratings of arousal, dominance and valence. Every figure below is **CCC against
category anchors**: the category that an actor was asked to play, as a point in A/D/V (Russell & Mehrabian 1977).
Speakers of `dev` and `test` were never trained on; `dev` chose the epoch; `test` was read once. In brackets: the 95 %
interval over speakers.

{scores.table("test, this file", m["test"])}

{scores.table("test, ridge on frozen Whisper layers 2-4", m["ridge"][-1:])}

{scores.table("test, ridge on log-mel statistics", m["baseline"][-1:])}

{scores.table("dev, this file", m["dev"])}

Left out: one branch trained without the corpus, asked about all of it. This is nearer to what a new corpus will see.

{scores.table("never heard", m["left_out"])}

Clips in which the voice filter found no speech are not scored: {m["test"][-1]["no_speech"]} of `test`,
{m["dev"][-1]["no_speech"]} of `dev`. CCC of this file to its fp32 form on `test`: \
{" / ".join(f"{v:.4f}" for v in m["ccc_to_fp32"])}.

## Limits

Acted speech in three languages by 27 people, and cries by others; real feeling is quieter. Dominance is only as good
as its anchors. Below a second of speech valence is a guess. It hears a voice, not a person: it does not know what
somebody feels.

## Rebuild

`make teacher SHARED=DIR`, where DIR holds `corpus/` and `weights/`. Seeds {stated["seeds"]}; \
{", ".join(f"{name} {number}" for name, number in stated["versions"].items())}.
"""
