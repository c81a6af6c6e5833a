"""Two students trained in seconds, compared as the large ones are."""

from dataclasses import replace

import pytest

from engine.recipes import compare, student, students
from engine.recipes.students import Run
from engine.training.presets import PRESETS
from engine.types import StudentSpec

OPTIONS = replace(PRESETS["etude"], passes=1, pass_s=20.0, batch_s=8.0)
TINY = {
    "etude": Run("Etude", StudentSpec("etude", size=4), OPTIONS),
    "wav2small": Run("Wav2Small", StudentSpec("wav2small", size=2), OPTIONS),
}


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    for module in (compare, student, students):
        monkeypatch.setattr(module, "RUNS", TINY)


def test_what_is_trained_is_kept_and_compared(work, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "KEPT", tmp_path / "compared")
    for name, seed in (("etude", 0), ("etude", 1), ("wav2small", 0)):
        assert compare.kept(name, seed) is None
        compare.record(work, name, seed, processes=1)
        assert compare.kept(name, seed)["test"].shape == (20, 3)
    ours, theirs = compare.measure(work)
    assert (ours["seeds"], theirs["seeds"]) == ([0, 1], [0])
    assert len(ours["test"]) == 2
    assert 0 < ours["bytes"] < theirs["bytes"] * 10
    assert ours["share"] < 1
    for lead, low, high in zip(theirs["lead"], theirs["lead_low"], theirs["lead_high"], strict=True):
        assert low <= lead + 1e-3 <= high + 2e-3
    *_, first, second = compare.markdown([ours, theirs]).splitlines()
    assert first.startswith("| Etude | 2 |")
    assert second.count("[") == 3
    monkeypatch.setattr(compare, "SHARE", 0.5)  # by another recipe they would be others
    assert compare.kept("etude", 0) is None
