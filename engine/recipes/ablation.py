"""What each ingredient of the recipe is worth: `python -m engine.recipes.ablation SHARED [--work DIR]`.

Each row is a whole training of the student `etude`, short and alike, with one thing changed; scored on `dev`, whose
speakers are not taught. `test` is not read. Writes assets/ablation.md; rows that are trained already are not trained
again, so it can be stopped anywhere.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.onnx_model import ASSETS
from engine.recipes import voices
from engine.recipes.student_card import rows
from engine.recipes.student_crops import prepare
from engine.recipes.students import TEACHER
from engine.training import team
from engine.training.crops import Crops, select
from engine.training.presets import PRESETS, DistilOptions
from engine.types import StudentSpec

SPEC = StudentSpec("etude")
SHORT = replace(PRESETS["etude"], passes=3, pass_s=30_000.0, processes=1)
CHANGES: dict[str, dict[str, Any]] = {
    "the recipe": {},
    "the recipe, another seed": {"seed": 1},
    "draws wholly evened": {"even": 1.0},
    "draws as they come": {"even": 0.0},
    "embedding thrice as much": {"embedding": 1.0},
    "half the batch": {"batch_s": 48.0},
    "twice the rate": {"rate": 8e-3},
    "no augmented versions": {"reinforced": False},
    "acted speech and cries only": {"voices": "labelled"},
    "acted speech only": {"voices": "acted"},
    "no embedding to follow": {"embedding": 0.0},
    "no CCC in the loss (MSE alone)": {"ccc": 0.0},
    "no MSE beside CCC": {"anchor": 0.0},
    "the quadrant loss beside": {"quadrant": 1.0},
    "no averaged weights": {"average": 0.0},
    "no sounds without speech": {"quiet": 0.0},
    "not calibrated": {"calibrate": False},
    "fp32": {"bf16": False},
}
CORPORA: dict[str, Callable[[str], bool]] = {
    "labelled": lambda corpus: corpus in (*voices.ACTED, "emogator"),
    "acted": lambda corpus: corpus in voices.ACTED,
}


def part(work: Path, name: str) -> Path:
    """A folder with the crops of some corpora only; the samples are shared."""
    folder = work / f"only_{name}"
    folder.mkdir(exist_ok=True)
    for each in ("train.i16", "dev.i16", "dev.npz"):
        if not (folder / each).exists():
            (folder / each).symlink_to((work / each).resolve())
    corpora = np.array([CORPORA[name](row.corpus) for row in rows(work, "train")])
    select(work, "train", np.flatnonzero(corpora | (Crops.open(work, "train").group < 0)), f"only_{name}")
    (work / f"only_{name}.npz").replace(folder / "train.npz")
    return folder


def scored(work: Path, name: str, change: dict[str, Any]) -> list[float]:
    """CCC per axis on `dev` of the recipe with a change, after the last pass."""
    home = work / "ablation" / "".join(letter if letter.isalnum() else "_" for letter in name)
    kept = home / "dev.json"
    if not kept.exists():
        options = {key: value for key, value in change.items() if key not in ("seed", "voices")}
        chosen: DistilOptions = replace(SHORT, **options)
        data = part(work, change["voices"]) if "voices" in change else work
        told = [t.dev for t in team.distil(replace(SPEC, seed=change.get("seed", 0)), chosen, data, home) if t.dev]
        kept.write_text(json.dumps(told[-1]))
    found: list[float] = json.loads(kept.read_text())
    return found


def main() -> None:
    """Train every row, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/student"))
    given = parser.parse_args()
    prepare(given.shared, given.work, TEACHER)
    seconds = int(SHORT.passes * SHORT.pass_s)
    lines = [
        f"# What each ingredient is worth\n\nCCC to the teacher on `dev` (acted speakers who are not taught) after "
        f"{seconds:,} s of audio; a tenth of a whole training. Two seeds differ by as much as the first two rows do.\n",
        "| recipe | arousal | dominance | valence | mean | to the recipe |\n|---|---|---|---|---|---|",
    ]
    base = float(np.mean(scored(given.work, *next(iter(CHANGES.items())))))
    for name, change in CHANGES.items():
        scores = scored(given.work, name, change)
        mean = float(np.mean(scores))
        cells = " | ".join(f"{value:.3f}" for value in (*scores, mean))
        lines.append(f"| {name} | {cells} | {mean - base:+.3f} |")
        print(lines[-1], flush=True)
    (ASSETS / "ablation.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
