"""Rows: what a column holds is checked, and a correction is known by what it says."""

from dataclasses import replace

import pytest

from engine.labelling import rows
from engine.labelling.rows import Row, parsed, tokens

SAID = {"kind": "correction", "clip_id": "ab", "by": "ada", "verdict": "correct"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": "guess"}, "the kind is 'guess'"),
        (SAID | {"verdict": "maybe"}, "the verdict is 'maybe'"),
        (SAID | {"arousal": "loud"}, "arousal is 'loud', which is not a number"),
        (SAID | {"valence": float("inf")}, "valence is endless"),
        (SAID | {"raw_arousal": 10}, "raw_arousal is 10"),
        (SAID | {"raw_valence": 2.5}, "raw_valence is 2.5, which is not a whole number"),
        (SAID | {"blind": "perhaps"}, "blind is 'perhaps'"),
        (SAID | {"by": ""}, "whose answer"),
    ],
)
def test_what_a_column_cannot_hold_is_told(cells: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parsed(cells)


def test_missing_is_missing_however_it_is_written() -> None:
    row = parsed(SAID | {"arousal": "", "valence": float("nan"), "note": None, "blind": "", "unknown": 1})
    assert (row.arousal, row.valence, row.note, row.blind) == (None, None, "", False)


def test_a_row_is_its_columns() -> None:
    row = Row(kind="correction", clip_id="ab", by="ada", verdict="skip", blind=True, raw_valence=9, id=3, arousal=0.1)
    assert rows.cells(parsed(rows.cells(row))) == rows.cells(row)


def test_tokens_tell_apart_what_differs_and_stay_the_same() -> None:
    first = Row(kind="correction", clip_id="ab", by="ada", verdict="accept", made_at=1.0, id=1)
    said = [first, replace(first, id=2), replace(first, note="hm", id=3), replace(first, undoes=1, id=4)]
    found = list(tokens(said))
    assert len(set(found)) == len(said)
    assert list(tokens(said)) == found
    renumbered = [replace(row, id=row.id + 70, undoes=row.undoes and row.undoes + 70) for row in said if row.id]
    assert list(tokens(renumbered)) == found


def test_an_undo_is_known_by_what_it_takes_back() -> None:
    one, other = (Row(kind="correction", by="ada", verdict="skip", note=note, id=n) for n, note in ((1, "a"), (2, "b")))
    undo = Row(kind="correction", by="ada", verdict="skip", id=3)
    assert (
        list(tokens([one, other, replace(undo, undoes=1)]))[2] != list(tokens([one, other, replace(undo, undoes=2)]))[2]
    )


def test_a_stated_token_is_kept() -> None:
    assert list(tokens([Row(kind="correction", by="ada", verdict="skip", token="mine", id=1)])) == ["mine"]
