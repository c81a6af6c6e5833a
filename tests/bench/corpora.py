"""Both embedded models on ten real clips of each corpus: `python -m tests.bench.corpora DIR`, DIR holding `corpus/`.

Runs the very command that a person would, and prints its values and times real time.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from engine import corpora

CLIPS = 10


def chosen(folder: Path) -> list[Path]:
    """Ten clips, evenly over the folder's rows."""
    rows = list(corpora.rows(folder))
    return [row.path for row in rows[:: max(1, len(rows) // CLIPS)][:CLIPS]]


def main(shared: Path) -> None:
    """Print one line a corpus and model."""
    print("| corpus | model | clips | answered | arousal | dominance | valence | times real time, one thread |")
    print("|---|---|---|---|---|---|---|---|")
    for folder in sorted(path.parent for path in (shared / "corpus").glob("*/metadata.csv")):
        for kind, name in (("--teacher", "embedded"), ("--student", "etude"), ("--student", "wav2small")):
            command = [sys.executable, "-m", "app", "predict", "--json", kind, name, *map(str, chosen(folder))]
            out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            answers = [json.loads(line) for line in out.splitlines()]
            spoken = [answer for answer in answers if answer.get("arousal") is not None]
            cells = []
            for axis in ("arousal", "dominance", "valence"):
                values = [answer[axis] for answer in spoken]
                cells.append(f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})")
            speed = sum(a["duration_s"] for a in spoken) / sum(a["took_ms"] for a in spoken) * 1000
            row = [folder.name, name, str(len(answers)), str(len(spoken)), *cells, f"{speed:.0f}"]
            print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
