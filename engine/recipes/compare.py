"""Students side by side, same teacher, data and split: `python -m engine.recipes.compare SHARED [--work DIR] [--fit]`.

With --fit runs are trained first, or one of them, each from wherever it was stopped: on two cores an hour for some.
What a trained student says of `test` is kept in assets/compared, so runs of several days and machines add up. Then what
is kept is compared: writes assets/students.json and assets/students.md. A file is the quantized one.
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine import plugins
from engine.onnx_model import ASSETS, OnnxModel
from engine.recipes.student import exported, files, fit
from engine.recipes.student_card import rows, said_of
from engine.recipes.student_crops import TESTS, VERSIONS, prepare
from engine.recipes.students import RUNS, TEACHER
from engine.scoring import scores
from engine.scoring.measure import ccc, paired
from engine.scoring.timing import files_ms
from engine.training import distil
from engine.training.crops import Crops
from engine.types import SAMPLE_RATE

SEEDS = (0, 1, 2)
SHARE = 0.25  # of the versions that a student that ships is taught: nine trainings are to be made
REFERENCE = "wav2small"  # whose fp32 file the others' times are shares of
KEPT = ASSETS / "compared"
CAPTION = """
All were taught by the same teacher, from the same quarter of its answers, for as long, and chosen on `dev`; CCC is the
mean over seeds, on speakers whom none of them heard: acted speech (`test`) and cries. Lead: how much higher the first
student's CCC is on arousal / dominance / valence of `test`, and the 95 % interval over speakers, both the mean over the
seeds that the two have in common. The file is the quantized one; its time is the processor's, on one thread, warm.
"""


def made_of(name: str, seed: int) -> str:
    """What decides a training, as text: answers of anything else are not compared."""
    run, spec = RUNS[name], plugins.load("teachers", TEACHER).SPEC
    taught = {"teacher": spec.fingerprint, "versions": VERSIONS, "share": SHARE}
    return json.dumps(
        taught | {"spec": asdict(replace(run.spec, seed=seed)), "options": asdict(run.options)}, sort_keys=True
    )


def kept(name: str, seed: int) -> dict[str, np.ndarray] | None:
    """What a run's file said of each part, [N, 3], and its `bytes`; None: nobody has trained it like this."""
    path = KEPT / f"{name}-{seed}.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        found = dict(file)
    return found if str(found.pop("made_of")) == made_of(name, seed) else None


def record(work: Path, name: str, seed: int, processes: int) -> None:
    """Train a run to its end, and keep what its file says of `test`."""
    fit(work, name, seed, processes)
    _, small = files(work, name, seed)
    KEPT.mkdir(exist_ok=True)
    np.savez_compressed(
        KEPT / f"{name}-{seed}.npz",
        made_of=np.array(made_of(name, seed)),
        bytes=np.array(small.stat().st_size),
        **{part: said_of(OnnxModel(small), Crops.open(work, part)) for part in TESTS},  # type: ignore[arg-type]
    )


def measure(work: Path) -> list[dict[str, Any]]:
    """An entry a run: its seeds' scores on speakers never heard, bytes, and milliseconds for 5 s on one thread."""
    found, parts = [], {name: (Crops.open(work, name), rows(work, name)) for name in TESTS}
    for name in RUNS:
        seeds = {seed: said for seed in SEEDS if (said := kept(name, seed))}
        if not seeds:
            continue
        entry: dict[str, Any] = {"run": name, "title": RUNS[name].title, "seeds": list(seeds)}
        entry["bytes"] = max(int(said["bytes"]) for said in seeds.values())
        for part, (crops, here) in parts.items():
            entry[part] = [scores.scores(said[part], crops.adv, here)[-1] for said in seeds.values()]
            agreed = [ccc(said[part], crops.adv) for said in seeds.values()]
            entry[f"{part}_mean"] = scores.numbers(np.mean(agreed, axis=0))
        entry["said"] = [said["test"] for said in seeds.values()]
        found.append(entry)
    times = _times(work, [entry["run"] for entry in found])
    for entry in found:
        entry["ms"] = round(times[entry["run"]], 3)
        entry["share"] = round(times[entry["run"]] / times["reference"], 4)
    return _with_differences(found, work)


def _times(work: Path, names: list[str]) -> dict[str, float]:
    """Milliseconds for 5 s: what a network has learnt does not change them, so none of these has."""
    made = {name: exported(distil.build(RUNS[name].spec), work / "untaught" / name) for name in {*names, REFERENCE}}
    audio = np.random.default_rng(0).standard_normal((1, 5 * SAMPLE_RATE)).astype(np.float32)
    return files_ms({**{name: made[name][1] for name in names}, "reference": made[REFERENCE][0]}, audio)


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
    """The entries as a page with a table."""
    head = (
        "| student | seeds | bytes | ms for 5 s | share of Wav2Small fp32 | CCC to the teacher, `test` | cries | lead |"
    )
    lines = ["# Students compared", CAPTION, head, "|---|---|---|---|---|---|---|---|"]
    for entry in found:
        acted, cries = (" / ".join(f"{value:.3f}" for value in entry[f"{part}_mean"]) for part in TESTS)
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
    parser.add_argument("--work", type=Path, default=Path("build/compare"))
    parser.add_argument("--fit", action="store_true", help="train what is not trained yet")
    parser.add_argument("--run", choices=RUNS, help="with --fit: this run only")
    parser.add_argument("--seed", type=int, choices=SEEDS, help="with --fit: this seed only")
    parser.add_argument("--processes", type=int, default=2, help="of one thread each")
    given = parser.parse_args()
    prepare(given.shared, given.work, TEACHER, share=SHARE, names=None if given.fit else TESTS)
    if given.fit:
        for seed in SEEDS if given.seed is None else [given.seed]:
            for name in [given.run] if given.run else RUNS:
                if kept(name, seed) is None:
                    record(given.work, name, seed, given.processes)
    found = measure(given.work)
    (ASSETS / "students.json").write_text(json.dumps(found, indent=1) + "\n")
    (ASSETS / "students.md").write_text(markdown(found))
    print(markdown(found))


if __name__ == "__main__":
    main()
