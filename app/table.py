"""What a list of models says of each, and the README's table made of it: `python -m app.table README.md`."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from app.models import EMBEDDED, OWN, Opened, embedded_student, teacher
from engine.onnx_model import ASSETS
from engine.sound import audio

BEGIN, END = "<!-- students -->", "<!-- /students -->"
REFERENCE = "librosa"
HEAD = """\
| | parameters | file | times real time | times librosa | CCC to the teacher, A / D / V | CCC to anchors, A / D / V |
|---|---|---|---|---|---|---|
"""


def facts(opened: Opened) -> dict[str, Any]:
    """Name, title, licence, size, window and hop, and how it scored where its contract says so."""
    contract: dict[str, Any] = getattr(opened.model, "contract", {})
    return {
        "name": opened.model.name,
        "title": opened.title,
        "licence": opened.licence,
        "bytes": opened.size_bytes,
        "parameters": contract.get("parameters"),
        "window_s": opened.model.window_s,
        "hop_s": opened.model.hop_s,
        "metrics": contract.get("metrics"),
    }


def markdown(speeds: Mapping[str, Sequence[float]]) -> str:
    """The table: the teachers, then the students, with how fast each was, and on what the scores were taken."""
    rows = []
    for name in OWN:
        own = facts(teacher(name))
        scored = own["metrics"]["test"][-1]
        rows.append(_row(f"teacher `{name}`", own, speeds[name], speeds, None, scored))
    for name in EMBEDDED:
        said = facts(embedded_student(name))
        scores = (said["metrics"][to][-1] for to in ("to_teacher", "to_anchors"))
        rows.append(_row(f"student `{name}`", said, speeds[name], speeds, *scores))
    return (
        f"{HEAD}{''.join(rows)}\nOne thread, voice filter included, on the sample clips. CCC: agreement on "
        f"{scored['n']} clips of {scored['speakers']} `test` speakers, whom no model heard in training; anchors "
        "are what each acted category should sound like, no human ratings.\n"
    )


def rewrite(text: str, table: str) -> str:
    """The text with the table between its two marks.

    Raises:
        ValueError: the marks are not there.
    """
    if not re.search(f"{BEGIN}.*{END}", text, re.DOTALL):
        raise ValueError(f"There is no {BEGIN} followed by {END}; put them where the table belongs.")
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table}{END}", text, flags=re.DOTALL)


def _row(
    name: str,
    said: dict[str, Any],
    values: Sequence[float],
    speeds: Mapping[str, Sequence[float]],
    *scores: dict[str, Any] | None,
) -> str:
    agreement = [" / ".join(f"{ccc:.2f}" for ccc in score["ccc"]) if score else "" for score in scores]
    size = f"{said['bytes'] / 1e6:.1f} MB" if said["bytes"] >= 1e6 else f"{said['bytes'] / 1e3:.0f} kB"
    relative = median(values) / median(speeds[REFERENCE])
    cells = [name, f"{said['parameters']:,}", size, f"{median(values):.0f}", f"{relative:.2f}", *agreement]
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Measure the speeds now, and rewrite the table in the file that is named."""
    from engine.scoring import timing

    tasks = {REFERENCE: timing.log_mel, **{name: timing.clip_value(teacher(name).model) for name in OWN}}
    tasks |= {name: timing.clip_value(embedded_student(name).model) for name in EMBEDDED}
    clips = [audio.read(path) for path in sorted((ASSETS / "samples").glob("*.flac"))]
    path = Path(sys.argv[1])
    path.write_text(rewrite(path.read_text(), markdown(timing.speeds(tasks, clips))))


if __name__ == "__main__":
    main()
