"""The README's table is what the models' contracts say; only the speeds are this machine's."""

import re
from pathlib import Path

import pytest

from app import models, table

README = Path(__file__).parents[2] / "README.md"
SPEEDS = {
    "librosa": [100.0, 200.0, 400.0],
    "embedded": [90.0, 100.0, 110.0],
    "embedded_open": [90.0, 120.0, 130.0],
    "etude": [50.0, 900.0, 1000.0],
    "wav2small": [50.0, 300.0, 301.0],
}


def without_speeds(text: str) -> list[list[str]]:
    """The cells of each row but those of the two speeds."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return [row[:3] + row[5:] for row in rows]


def test_it_says_what_the_contracts_say() -> None:
    head, _, teacher, _, _, student = without_speeds(table.markdown(SPEEDS))
    assert head[1:] == ["parameters", "file", "CCC to the teacher, A / D / V", "CCC to anchors, A / D / V"]
    contract = table.facts(models.embedded_student("wav2small"))
    agreement = [
        " / ".join(f"{v:.2f}" for v in contract["metrics"][key][-1]["ccc"]) for key in ("to_teacher", "to_anchors")
    ]
    assert student == ["student `wav2small`", "71,801", f"{contract['bytes'] / 1000:.0f} kB", *agreement]
    assert teacher[0] == "teacher `embedded`"
    assert teacher[3] == ""


def test_speeds_are_medians_and_ratios_of_them() -> None:
    found = [line.split("|")[4:6] for line in table.markdown(SPEEDS).splitlines()[2:6]]
    assert [[cell.strip() for cell in cells] for cells in found] == [
        ["100", "0.50"],
        ["120", "0.60"],
        ["900", "4.50"],
        ["300", "1.50"],
    ]


def test_the_readme_has_it() -> None:
    (shown,) = re.findall(f"{table.BEGIN}\n(.*){table.END}", README.read_text(), re.DOTALL)
    now = table.markdown(SPEEDS)
    assert without_speeds(shown) == without_speeds(now)
    assert shown.split("\n\n")[1] == now.split("\n\n")[1]


def test_only_what_lies_between_the_marks_is_rewritten() -> None:
    text = f"a \\1\n{table.BEGIN}\nold\n{table.END}\nz\n"
    once = table.rewrite(text, "| \\1 new |\n")
    assert once == f"a \\1\n{table.BEGIN}\n| \\1 new |\n{table.END}\nz\n"
    assert table.rewrite(once, "| \\1 new |\n") == once


@pytest.mark.parametrize("text", ["", table.BEGIN, f"{table.END} {table.BEGIN}"])
def test_without_the_marks_it_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="put them where the table belongs"):
        table.rewrite(text, "")
