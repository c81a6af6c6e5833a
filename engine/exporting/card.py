"""The card of a student that leaves: what it is, how good, for what it is fit and for what not; and what nobody knows.

Written from the contract alone, so a card says nothing that was not measured or stated.
"""

from typing import Any

from engine.scoring import scores
from engine.types import AXES

NOT_KNOWN = {
    "to_people": "how well it agrees with people",
    "to_teacher": "how well it agrees with its teacher, and how much that varies between speakers",
    "behaviour": "what it says where nobody speaks",
}
USE = """\
To follow how speech sounds, over many clips or a long time, where a mistake in one of them does no harm: research,
prototypes, feedback to the person who speaks. It hears the voice, and hardly any words: valence is the weakest.

Not for decisions about a person: not in hiring, schooling, policing, insurance, diagnosis, or to watch people at work.
A voice is no direct readout of feeling, and voices, languages, rooms and microphones that it was not taught are
answered with the same confidence. In the European Union it is forbidden to infer emotions at work and in education,
save for medical or safety reasons (Regulation 2024/1689, Article 5)."""
PAGE = """\
`python predict.py VOICE.wav` gives the file's answer to the whole recording, which is Etude's own for a clip of speech
of at most 10 s. For others Etude does more: it finds where somebody speaks (Silero's voice filter) and says nothing
elsewhere, cuts off what lies before the first word and after the last, and averages half overlapping stretches of 10 s.
Its traces ask the file about windows of {window_s} s, every {hop_s} s."""


def card(contract: dict[str, Any]) -> str:
    """The card in Markdown, of a contract that holds a gate's report."""
    metrics, gate = contract.get("metrics") or {}, contract["gate"]
    unknown = [what for key, what in NOT_KNOWN.items() if not metrics.get(key)]
    unknown += ["how it does in languages, ages and rooms that its voices do not cover"]
    return f"""# The student {contract["name"]}

{contract["title"]}; {gate["bytes"]:,} bytes, sha256 `{contract["sha256"]}`.

Hears {contract["sample_rate"]} Hz mono at any level; answers {", ".join(contract["axes"])}, nominally 0..1, unclipped.
Runs on onnxruntime {gate["onnxruntime"]} or newer (opset {gate["opset"]}, IR version {gate["ir_version"]}).

## Data, teacher and licence

Taught by the teacher {contract.get("teacher", "(not stated)")}, whose answers were its targets; \
{_data(metrics, contract)}
Licence, inherited: **{contract["licence"]}**.

## How good

{_agreement(metrics, contract)}

## The gate

{_gate(gate)}

## Intended use

{USE}

## Limits

Everything that its teacher cannot do, and less. Not known: {"; ".join(unknown)}.

{_quiet(metrics)}

## What the page does besides

{PAGE.format(**contract)}
With default session options onnxruntime unpacks small weights once, when it loads the file.
"""


def _data(metrics: dict[str, Any], contract: dict[str, Any]) -> str:
    hours, voices = metrics.get("train_hours"), metrics.get("voices")
    if not hours or not voices:
        return f"the clips are a person's own (fingerprint {contract.get('data', 'not stated')})."
    return f"{hours} hours of plain and augmented speech from {', '.join(voices)}."


def _agreement(metrics: dict[str, Any], contract: dict[str, Any]) -> str:
    found = [entry for entry in metrics.get("to_teacher") or [] if entry["n"]]
    if not found:
        return "Nothing was measured but what the gate tells."
    other = contract.get("metrics_sha256", contract["sha256"]) != contract["sha256"]
    whose = (
        "**Of the file that its training ended with**; how near this one is to it, the gate tells below. "
        if other
        else ""
    )
    parts = [
        f"{whose}On speakers who were not taught; in brackets the 95 % interval over speakers.",
        scores.table("CCC to the teacher", found),
        scores.table("Pearson's r", found[-1:], "pearson"),
        scores.table("mean absolute error", found[-1:], "mae"),
    ]
    if metrics.get("to_anchors"):
        parts.append(scores.table("CCC to what each acted category should sound like", metrics["to_anchors"]))
    if people := metrics.get("to_people"):
        parts.append(f"CCC to people, on {people['n']} clips that they corrected: {_triple(people['ccc'])}.")
    return "\n\n".join(parts)


def _gate(gate: dict[str, Any]) -> str:
    rough = " So few clips tell little." if gate["n"] < 100 else ""
    lines = [f"Run by a plain onnxruntime in a process of its own, on {gate['n']} {gate['measured_on']}.{rough}", ""]
    rows = {
        "CCC to the student in float32": "ccc_to_fp32",
        "largest difference from it": "largest_difference",
        "CCC to the teacher": "ccc_to_teacher",
        "of which rounding cost": "drop",
    }
    lines += [f"| | {' | '.join(AXES)} |", "|---|---|---|---|"]
    for title, key in rows.items():
        if gate[key] is not None:
            lines.append(
                f"| {title} | {' | '.join('' if v is None else f'{round(v, 4) + 0.0:.4f}' for v in gate[key])} |"
            )
    lines.append("")
    if gate["ms"] is not None:
        share = "" if gate["of_fp32"] is None else f", {gate['of_fp32']:.2f} of what the float32 file takes"
        lines.append(f"{gate['ms']:.2f} ms of one thread for 5 s of sound, on the machine that made it{share}.")
    if gate["memory_5s_bytes"] is not None:
        five, sixty = (gate[f"memory_{seconds}s_bytes"] / 1e6 for seconds in (5, 60))
        lines.append(f"Memory at most, session included: {five:.0f} MB for 5 s, {sixty:.0f} MB for 60 s.")
    return "\n".join(lines)


def _quiet(metrics: dict[str, Any]) -> str:
    if not metrics.get("behaviour"):
        return ""
    rows = [
        f"| {each['sound']} | {'' if each['level_db'] is None else each['level_db']} | {_triple(each['adv'])} |"
        for each in metrics["behaviour"]
    ]
    head = "Where nobody speaks, without a voice filter (synthetic sounds of 5 s):"
    return "\n".join([head, "", "| sound | RMS, dBFS | A / D / V |", "|---|---|---|", *rows])


def _triple(values: list[float | None]) -> str:
    return " / ".join("–" if value is None else f"{value:.2f}" for value in values)
