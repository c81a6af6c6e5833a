"""Step 4 of a teacher that ships: score the very file that ships, beside simple baselines, and write its card.

`dev` chose; `test` is read here, once. All figures are CCC against category anchors, never human ratings.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.labelling import listen
from engine.networks.whisper import WIDTH, Head, Teacher, encoder
from engine.onnx_model import ASSETS, OnnxModel
from engine.recipes import teacher_fit, voices
from engine.recipes.teachers import RUNS
from engine.scoring import baselines, scores
from engine.scoring.anchors import anchor, target
from engine.scoring.measure import ccc
from engine.sound import audio, speech
from engine.types import AXES, CorpusRow, Floats, Model

DEFAULT = "embedded"  # beside which any other is shown
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


def measure(shared: Path, work: Path, path: Path, name: str) -> dict[str, Any]:
    """Every figure of the card."""
    run, rows = RUNS[name], voices.measured(shared / "corpus")
    truth = {split: np.stack([anchor(row) for row in part]) for split, part in rows.items()}
    model, full = OnnxModel(path), OnnxModel(work / f"{run.file}_fp32.onnx")
    said = {split: said_of(model, rows[split]) for split in ("dev", "test")}
    heard = ~np.isnan(said["test"][:, 0])
    some = rows["test"][::25]
    change = max(float(np.nanmax(np.abs(said_of(model, some, gain) - said["test"][::25]))) for gain in GAINS_DB)
    measured = {
        "dev": scores.scores(said["dev"], truth["dev"], rows["dev"]),
        "test": scores.scores(said["test"], truth["test"], rows["test"]),
        "ccc_to_fp32": [float(f"{v:.5f}") for v in ccc(said["test"][heard], said_of(full, rows["test"])[heard])],
        "gain_12_db": float(f"{change:.1g}"),
    }
    if name != DEFAULT:
        beside = said_of(OnnxModel(ASSETS / f"{RUNS[DEFAULT].file}.onnx"), rows["test"])
        return {**measured, "beside": scores.report(said["test"], truth["test"], rows["test"], beside)[-1]}
    simple = {s: np.stack([baselines.log_mel_statistics(voices.heard(row)) for row in rows[s]]) for s in rows}
    wanted = np.stack([target(row) for row in rows["train"]])
    plain = baselines.ridge(simple["train"], wanted, simple["dev"], truth["dev"], simple["test"])
    return {
        **measured,
        "baseline": scores.scores(plain, truth["test"], rows["test"]),
        "ridge": scores.scores(ridge_on_frozen(shared, work), truth["test"], rows["test"]),
        "left_out": left_out(work),
    }


def write(shared: Path, work: Path, path: Path) -> None:
    """Score the file; put the figures into its contract and its card."""
    beside = path.with_suffix(".json")
    stated = json.loads(beside.read_text())
    stated["metrics"] = measure(shared, work, path, stated["name"])
    beside.write_text(json.dumps(stated, indent=1) + "\n")
    path.with_suffix(".md").write_text(card(stated, path.stat().st_size))
    print(card(stated, path.stat().st_size))


def _others(m: dict[str, Any]) -> str:
    """What the figures are held against: simple models and unheard corpora, or the default teacher."""
    if "beside" in m:
        lead = ", ".join(
            f"{axis} {value:+.2f} [{low:+.2f}, {high:+.2f}]"
            for axis, value, low, high in zip(
                AXES, m["beside"]["lead"], m["beside"]["lead_low"], m["beside"]["lead_high"], strict=True
            )
        )
        said = " / ".join(f"{value:.2f}" for value in m["beside"]["beside"])
        return f"""On the same clips the default teacher, `{DEFAULT}`, reaches {said}; this one differs by: {lead}
(95 % over speakers). RAVDESS and nEMO are corpora that this one never heard."""
    return f"""{scores.table("test, ridge on frozen Whisper layers 2-4", m["ridge"][-1:])}

{scores.table("test, ridge on log-mel statistics", m["baseline"][-1:])}"""


def card(stated: dict[str, Any], size: int) -> str:
    """The card in Markdown."""
    m, run = stated["metrics"], RUNS[stated["name"]]
    unheard = (
        f"""
Left out: one branch trained without the corpus, asked about all of it. This is nearer to what a new corpus will see.

{scores.table("never heard", m["left_out"])}
"""
        if "left_out" in m
        else ""
    )
    return f"""# The {"embedded teacher" if stated["name"] == DEFAULT else f"teacher `{stated['name']}`"}

{stated["title"]}: {stated["parameters"]:,} parameters, {size:,} bytes, sha256 `{stated["sha256"][:16]}…`.

Hears 16 kHz speech at any level; answers arousal, dominance and valence, nominally 0..1, unclipped, and an embedding.
Level-free: ±12 dB moved no clip value by more than {m["gain_12_db"]:g}. A voice filter in front of it (Silero) keeps
silence and noise from being scored.

## Data and licence

{run.data}
The encoder started as Whisper tiny.en (MIT, Copyright (c) 2022 OpenAI; the notice must be kept).

## How good

None of these corpora has human ratings of arousal, dominance and valence. Every figure below is **CCC against
category anchors**: the category that an actor was asked to play, as a point in A/D/V (Russell & Mehrabian 1977).
Speakers of `dev` and `test` were never trained on; `dev` chose the epoch; nothing was tuned on `test`. In brackets: the
95 % interval over speakers.

{scores.table("test, this file", m["test"])}

{_others(m)}

{scores.table("dev, this file", m["dev"])}
{unheard}
Clips in which the voice filter found no speech are not scored: {m["test"][-1]["no_speech"]} of `test`,
{m["dev"][-1]["no_speech"]} of `dev`. CCC of this file to its fp32 form on `test`: \
{" / ".join(f"{v:.4f}" for v in m["ccc_to_fp32"])}.

## Limits

{run.limits} Dominance is only as good
as its anchors. Below a second of speech valence is a guess. It hears a voice, not a person: it does not know what
somebody feels.

## Rebuild

`make teacher SHARED=DIR{"" if stated["name"] == DEFAULT else f' ARGS="--name {stated["name"]}"'}`, \
where DIR holds `corpus/` and `weights/`. Seeds {stated["seeds"]}; \
{", ".join(f"{name} {number}" for name, number in stated["versions"].items())}.
"""
