"""Students side by side, same teacher, data and split: `python -m engine.recipes.compare SHARED [--work DIR] [--fit]`.

With --fit every run of every seed is trained first, each from wherever it was stopped: many hours. Without, what has
been trained is compared. Writes assets/students.json and assets/students.md. A file is the quantized one.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine import scores
from engine.crops import Crops
from engine.measure import ccc, paired
from engine.onnx_model import ASSETS, OnnxModel
from engine.recipes.student import files, fit
from engine.recipes.student_card import rows, said_of
from engine.recipes.student_crops import prepare
from engine.recipes.students import RUNS, TEACHER, folder
from engine.timing import files_ms
from engine.types import SAMPLE_RATE, Floats

SEEDS = (0, 1, 2)
REFERENCE = "wav2small"  # whose fp32 file the others' times are shares of
PARTS = ("test", "test_cries")


def trained(work: Path) -> list[tuple[str, int]]:
    """The runs that have a student, in the order of RUNS."""
    return [(name, seed) for name in RUNS for seed in SEEDS if (folder(work, name, seed) / "student.pt").exists()]


def measure(work: Path) -> list[dict[str, Any]]:
    """An entry a run: its seeds' scores on speakers never heard, bytes, and milliseconds for 5 s on one thread."""
    found, small, full = [], dict[str, Path](), dict[str, Path]()
    parts = {name: (Crops.open(work, name), rows(work, name)) for name in PARTS}
    for name in dict.fromkeys(name for name, _ in trained(work)):
        seeds = [seed for run, seed in trained(work) if run == name]
        said: dict[str, list[Floats]] = {part: [] for part in PARTS}
        for seed in seeds:
            fp32, path = files(work, name, seed)
            small[name], full[name] = path, fp32
            model = OnnxModel(path)
            for part, (crops, _) in parts.items():
                said[part].append(said_of(model, crops))
        entry: dict[str, Any] = {"run": name, "title": RUNS[name].title, "seeds": seeds}
        entry["bytes"] = small[name].stat().st_size
        for part, (crops, here) in parts.items():
            entry[part] = [scores.scores(each, crops.adv, here)[-1] for each in said[part]]
            entry[f"{part}_mean"] = scores.numbers(np.mean([ccc(each, crops.adv) for each in said[part]], axis=0))
        entry["said"] = said["test"]
        found.append(entry)
    audio = np.random.default_rng(0).standard_normal((1, 5 * SAMPLE_RATE)).astype(np.float32)
    times = files_ms({**small, "reference": full[REFERENCE]}, audio)
    for entry in found:
        entry["ms"] = round(times[entry["run"]], 3)
        entry["share"] = round(times[entry["run"]] / times["reference"], 4)
    return _with_differences(found, work)


def _with_differences(found: list[dict[str, Any]], work: Path) -> list[dict[str, Any]]:
    """How much higher the first run's CCC is than each other's: seed by seed, the interval over speakers."""
    crops, here = Crops.open(work, "test"), rows(work, "test")
    people = [f"{row.corpus}/{row.speaker}" for row in here]
    ours = found[0].pop("said")
    for entry in found[1:]:
        pairs = list(zip(ours, entry.pop("said"), strict=False))
        ends = [paired(one, other, crops.adv, people) for one, other in pairs]
        lead = [ccc(one, crops.adv) - ccc(other, crops.adv) for one, other in pairs]
        entry["lead"] = scores.numbers(np.mean(lead, axis=0))
        entry["lead_low"], entry["lead_high"] = (
            scores.numbers(np.mean(end, axis=0)) for end in zip(*ends, strict=True)
        )
    return found


def markdown(found: list[dict[str, Any]]) -> str:
    """The entries as a table."""
    head = (
        "| student | seeds | bytes | ms for 5 s | share of Wav2Small fp32 | CCC to the teacher, `test` | cries | lead |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for entry in found:
        acted, cries = (" / ".join(f"{value:.3f}" for value in entry[f"{part}_mean"]) for part in PARTS)
        cells = zip(entry.get("lead", ()), entry.get("lead_low", ()), entry.get("lead_high", ()), strict=True)
        lead = " / ".join(f"{value:+.3f} [{low:+.2f}, {high:+.2f}]" for value, low, high in cells)
        lines.append(
            f"| {entry['title']} | {len(entry['seeds'])} | {entry['bytes']:,} | {entry['ms']:.2f} "
            f"| {entry['share']:.3f} | {acted} | {cries} | {lead} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train where asked, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/student"))
    parser.add_argument("--fit", action="store_true", help="train what is not trained yet")
    parser.add_argument("--run", choices=RUNS, help="with --fit: this run only")
    parser.add_argument("--seed", type=int, choices=SEEDS, help="with --fit: this seed only")
    parser.add_argument("--processes", type=int, default=2, help="of one thread each")
    given = parser.parse_args()
    if given.fit:
        prepare(given.shared, given.work, TEACHER)
        for name in [given.run] if given.run else RUNS:
            for seed in SEEDS if given.seed is None else [given.seed]:
                fit(given.work, name, seed, given.processes)
        return
    found = measure(given.work)
    (ASSETS / "students.json").write_text(json.dumps(found, indent=1) + "\n")
    (ASSETS / "students.md").write_text("# Students compared\n\n" + markdown(found))
    print(markdown(found))


if __name__ == "__main__":
    main()
