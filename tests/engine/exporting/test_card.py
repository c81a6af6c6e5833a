"""A card states what the contract holds, and says what nobody knows."""

import json

import pytest

from engine.exporting.card import card
from engine.onnx_model import ASSETS

GATE = {
    "passed": True, "bytes": 49_000, "sha256": "ab", "opset": 21, "ir_version": 9, "onnxruntime": "1.19",
    "measured_on": "clips", "n": 300, "ccc_to_fp32": [0.9991, 0.998, None], "largest_difference": [0.01, 0.02, 0.03],
    "ccc_to_teacher": [0.9, 0.8, 0.7], "drop": [0.001, -0.00001, 0.002], "ms": 1.5, "of_fp32": 0.9,
    "memory_5s_bytes": 20_000_000, "memory_60s_bytes": 40_000_000,
}  # fmt: skip
BARE = {
    "name": "bare", "title": "etude, bare", "licence": "MIT; learnt from clips under CC0-1.0", "sample_rate": 16_000,
    "axes": ["arousal", "dominance", "valence"], "window_s": 2.0, "hop_s": 0.25, "sha256": "ab", "gate": GATE,
}  # fmt: skip


def test_what_nobody_measured_is_called_not_known():
    text = card(BARE)
    assert "Nothing was measured but what the gate tells." in text
    for unknown in ("agrees with people", "agrees with its teacher", "says where nobody speaks", "languages"):
        assert unknown in text.partition("Not known:")[2].partition("\n")[0]
    assert "**MIT; learnt from clips under CC0-1.0**" in text
    assert "teacher (not stated)" in text


def test_the_gates_figures_are_on_it():
    text = card(BARE)
    assert "| CCC to the student in float32 | 0.9991 | 0.9980 |  |" in text
    assert "| of which rounding cost | 0.0010 | 0.0000 | 0.0020 |" in text
    assert "1.50 ms of one thread for 5 s of sound, on the machine that made it, 0.90 of" in text
    assert "20 MB for 5 s, 40 MB for 60 s" in text
    assert "on 300 clips.\n" in text
    assert "So few clips" in card({**BARE, "gate": {**GATE, "n": 8}})
    assert "MB for 5 s" not in card({**BARE, "gate": {**GATE, "memory_5s_bytes": None, "memory_60s_bytes": None}})
    alone = {"ccc_to_fp32": None, "largest_difference": None, "drop": None, "of_fp32": None, "ms": None}
    assert "float32" not in card({**BARE, "gate": {**GATE, **alone}}).partition("## The gate")[2].partition("##")[0]


@pytest.mark.parametrize("name", ["etude", "wav2small"])
def test_a_student_that_ships_has_its_figures_with_intervals(name):
    stated = json.loads((ASSETS / f"{name}.json").read_text())
    text = card({**stated, "gate": GATE})
    every = stated["metrics"]["to_teacher"][-1]
    assert f"| {every['ccc'][0]:.2f} [{every['low'][0]:.2f}, {every['high'][0]:.2f}]" in text
    assert stated["licence"] in text
    assert "digital silence" in text
    assert "Of the file that its training ended with" not in text
    assert "Of the file that its training ended with" in card({**stated, "gate": GATE, "metrics_sha256": "another"})


def test_agreement_with_people_is_told_where_there_is_any():
    people = {"n": 12, "ccc": [0.5, 0.6, None]}
    entry = {"by": "all", "name": "all", "corpus": "all", "n": 20, "speakers": 1, "no_speech": 0}
    figures = {f"{kind}{end}": None for kind in ("", "pearson_", "mae_") for end in ("low", "high")}
    figures |= {"ccc": [0.9, 0.8, 0.7], "pearson": [0.9, 0.8, 0.7], "mae": [0.1, 0.1, 0.1]}
    text = card({**BARE, "metrics": {"to_people": people, "to_teacher": [{**entry, **figures}]}})
    assert "CCC to people, on 12 clips that they corrected: 0.50 / 0.60 / –." in text
    assert "how well it agrees with people" not in text
