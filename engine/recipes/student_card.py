"""Step 4 of the embedded student: score the file that ships against its teacher, and write its card."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine import plugins
from engine.anchors import anchor
from engine.measure import ccc
from engine.onnx_model import OnnxModel
from engine.recipes import baselines, scores, voices
from engine.recipes.teacher_card import said_of


def measure(shared: Path, work: Path, path: Path) -> dict[str, Any]:
    """Every figure of the card: on `test` speakers, to the teacher and to the anchors."""
    rows = voices.measured(shared / "corpus")
    stated = json.loads(path.with_suffix(".json").read_text())
    teacher = plugins.load("teachers", stated["teacher"]).load()
    model, full = OnnxModel(path), OnnxModel(work / "student_fp32.onnx")
    taught = {split: said_of(teacher, part) for split, part in rows.items()}
    said = said_of(model, rows["test"])
    simple = {s: np.stack([baselines.log_mel_statistics(voices.heard(row)) for row in rows[s]]) for s in rows}
    known = {s: ~np.isnan(taught[s]).any(axis=1) for s in rows}
    plain = baselines.ridge(
        simple["train"][known["train"]], taught["train"][known["train"]],
        simple["dev"][known["dev"]], taught["dev"][known["dev"]], simple["test"],
    )  # fmt: skip
    plain[~known["test"]] = np.nan
    heard = known["test"]
    return {
        "to_teacher": scores.scores(said, taught["test"], rows["test"]),
        "to_anchors": scores.scores(said, np.stack([anchor(row) for row in rows["test"]]), rows["test"]),
        "baseline": scores.scores(plain, taught["test"], rows["test"]),
        "ccc_to_fp32": [float(f"{v:.5f}") for v in ccc(said[heard], said_of(full, rows["test"])[heard])],
    }


def write(shared: Path, work: Path, path: Path) -> None:
    """Score the file; put the figures into its contract and its card."""
    beside = path.with_suffix(".json")
    stated = json.loads(beside.read_text())
    stated["metrics"] = measure(shared, work, path)
    beside.write_text(json.dumps(stated, indent=1) + "\n")
    path.with_suffix(".md").write_text(card(stated, path.stat().st_size))
    print(card(stated, path.stat().st_size))


def card(stated: dict[str, Any], size: int) -> str:
    """The card in Markdown."""
    m = stated["metrics"]
    return f"""# The embedded student

{stated["title"]}: {stated["parameters"]:,} parameters, the DFT among them, {size:,} bytes, sha256 \
`{stated["sha256"][:16]}…`. The network of Wav2Small (arXiv 2408.13920), distilled from the embedded teacher.

Hears 16 kHz speech at any level; answers arousal, dominance and valence, nominally 0..1, unclipped.

## Data and licence

Its only targets are the teacher's answers. Voices: the `train` speakers of RAVDESS, EmoDB, nEMO and EmoGator, and
unlabelled voices (Picovoice's benchmarks, Apache-2.0; Hedgewars' characters, GFDL-1.3), in plain and augmented crops.
Licence, inherited from the teacher: **{stated["licence"]}**.

## How good

CCC **to the teacher** on `test` speakers of the acted corpora, who were never trained on. In brackets: the 95 %
interval over speakers.

{scores.table("test, this file to the teacher", m["to_teacher"])}

{scores.table("test, ridge on log-mel statistics to the teacher", m["baseline"][-1:])}

Against category anchors, where the teacher's own figures stand in its card:

{scores.table("test, this file to the anchors", m["to_anchors"])}

CCC of this file to its fp32 form on `test`: {" / ".join(f"{v:.4f}" for v in m["ccc_to_fp32"])}.

## Limits

Everything that its teacher cannot do, and less: valence is mostly words, and 72,000 parameters hear few of them. On
silence and noise it gives plausible middle values; keep a voice filter in front of it, as Etude does. With default
session options onnxruntime unpacks the weights at every call; set `session.disable_quant_qdq` to 1 for full speed.

## Rebuild

`make student SHARED=DIR`. Seed {stated["seeds"][0]}; \
{", ".join(f"{name} {number}" for name, number in stated["versions"].items())}.
"""
