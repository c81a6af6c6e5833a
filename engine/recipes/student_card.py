"""Step 4 of a student that ships: score the file that ships against its teacher, and write its card.

`dev` chose and calibrated; `test` is read here. Clips are whole, at most 10 s, from the first to the last word.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.onnx_model import OnnxModel
from engine.recipes import packages, voices
from engine.scoring import baselines, behaviour, scores
from engine.scoring.anchors import anchor
from engine.scoring.measure import ccc
from engine.training.crops import Crops
from engine.types import CorpusRow, Floats, Model


def rows(work: Path, name: str) -> list[CorpusRow]:
    """The clips of a part, in the order of its crops."""
    listed = json.loads((work / f"{name}.json").read_text())
    every = [CorpusRow(**{**fields, "path": Path(fields["path"])}) for fields in listed]
    return [every[group] for group in Crops.open(work, name).group]


def said_of(model: Model, crops: Crops) -> Floats:
    """The model's answer to each clip, [N, 3]."""
    return np.concatenate([model.predict(crops.clip(row)[None])[0] for row in range(len(crops))])


def simplest(work: Path, test: Crops) -> Floats:
    """What the ridge on log-mel statistics, taught by the same teacher, says of `test`: [N, 3]."""
    train, dev = Crops.open(work, "train"), Crops.open(work, "dev")
    acted = np.array([row.corpus in voices.ACTED for row in rows(work, "train")])  # more voices make it worse
    plain = np.flatnonzero((train.seed == 0) & (train.group >= 0) & acted)
    return baselines.distilled(
        (train.clip(int(row)) for row in plain), train.adv[plain],
        (dev.clip(row) for row in range(len(dev))), dev.adv, (test.clip(row) for row in range(len(test))),
    )  # fmt: skip


def measure(work: Path, full: Path, path: Path) -> dict[str, Any]:
    """Every figure of the card: on speakers never heard, to the teacher and to the anchors."""
    model = OnnxModel(path)
    test, cries = Crops.open(work, "test"), Crops.open(work, "test_cries")
    here, said = rows(work, "test"), said_of(model, test)
    return {
        "to_teacher": scores.report(said, test.adv, here, simplest(work, test)),
        "cries": scores.report(said_of(model, cries), cries.adv, rows(work, "test_cries"))[-1:],
        "to_anchors": scores.scores(said, np.stack([anchor(row) for row in here]), here),
        "ccc_to_fp32": [float(f"{v:.5f}") for v in ccc(said, said_of(OnnxModel(full), test))],
        "behaviour": behaviour.behaviour(model),
        "train_hours": round(float(Crops.open(work, "train").length.sum()) / 16_000 / 3600, 1),
        "voices": sorted({row.corpus for row in rows(work, "train")}),
    }


def write(path: Path, metrics: dict[str, Any]) -> None:
    """Put the figures into the file's contract and its card."""
    beside = path.with_suffix(".json")
    stated = json.loads(beside.read_text())
    stated["metrics"] = metrics
    beside.write_text(json.dumps(stated, indent=1) + "\n")
    path.with_suffix(".md").write_text(card(stated, path.stat().st_size))
    print(card(stated, path.stat().st_size))


def card(stated: dict[str, Any], size: int) -> str:
    """The card in Markdown."""
    m = stated["metrics"]
    debian = [f"{name} ({packages.LICENCES[name]})" for name in m["voices"] if name in packages.LICENCES]
    return f"""# The student {stated["name"]}

{stated["title"]}: {stated["parameters"]:,} trained parameters, {size:,} bytes, sha256 `{stated["sha256"][:16]}…`.
Distilled from the embedded teacher.

Hears 16 kHz speech at any level; answers arousal, dominance and valence, nominally 0..1, unclipped.

## Data and licence

Its only targets are the teacher's answers, to {m["train_hours"]} hours of plain and augmented crops. Voices: the
`train` speakers of RAVDESS, EmoDB, nEMO and EmoGator, and unlabelled ones: Picovoice's benchmarks (Apache-2.0),
Hedgewars' characters (GFDL-1.3), and what Debian's packages ship: {", ".join(debian) or "none"}.
Licence, inherited from the teacher: **{stated["licence"]}**.

{figures(m)}

{where_nobody_speaks(m)}

## Limits

Everything that its teacher cannot do, and less: valence is mostly words, and so few parameters hear few of them.
onnxruntime unpacks the weights once, when it loads the file, with default session options.

## Rebuild

`make student SHARED=DIR`. Seed {stated["seeds"][0]}; \
{", ".join(f"{name} {number}" for name, number in stated["versions"].items())}.
"""


def figures(m: dict[str, Any]) -> str:
    """The card's tables of agreement."""
    corpora = [entry for entry in m["to_teacher"] if entry["by"] in ("corpus", "all")]
    people = [entry for entry in m["to_teacher"] if entry["by"] in ("sex", "language")]
    return f"""## How good

Agreement **with the teacher** on `test` speakers of the acted corpora, who were never trained on. In brackets: the
95 % interval over speakers.

{scores.table("test, CCC to the teacher", corpora + people)}

{scores.table("test, Pearson's r", corpora[-1:], "pearson")}

{scores.table("test, mean absolute error", corpora[-1:], "mae")}

{scores.table("how much higher than a ridge on log-mel statistics, taught by the same teacher", corpora[-1:], "lead")}

{scores.table("cries and laughs of `test` people, CCC to the teacher", m["cries"])}

Against category anchors, where the teacher's own figures stand in its card:

{scores.table("test, CCC to the anchors", m["to_anchors"])}

CCC of this file to its fp32 form on `test`: {" / ".join(f"{v:.4f}" for v in m["ccc_to_fp32"])}."""


def where_nobody_speaks(m: dict[str, Any]) -> str:
    """The card's table of what is answered to sounds without speech."""
    quiet = "\n".join(
        f"| {each['sound']} | {'' if each['level_db'] is None else each['level_db']} "
        f"| {' / '.join(f'{value:.2f}' for value in each['adv'])} |"
        for each in m["behaviour"]
    )
    return f"""## Where nobody speaks

Synthetic sounds of 5 s, without the voice filter that Etude puts in front:

| sound | RMS, dBFS | A / D / V |
|---|---|---|
{quiet}"""
