from dataclasses import replace

import numpy as np
import pytest

from engine import types
from engine.types import AXES, TeacherSpec, Trace, ordered

SPEC = TeacherSpec(name="a", title="A", source="here", revision="1", licence="MIT")


def test_values_are_reordered_by_name():
    assert ordered(np.array([[1.0, 2.0, 3.0]]), ("valence", "arousal", "dominance")).tolist() == [[2.0, 3.0, 1.0]]
    assert ordered(np.array([1.0, 2.0, 3.0]), AXES).tolist() == [1.0, 2.0, 3.0]


def test_unknown_axes_are_refused():
    with pytest.raises(ValueError, match="arousal"):
        ordered(np.zeros((1, 3)), ("arousal", "dominance", "joy"))


def test_a_fingerprint_follows_what_changes_the_answers_and_nothing_else():
    for change in ({"revision": "2"}, {"window_s": 1.0}, {"hop_s": 0.5}, {"precision": "int8"}):
        assert replace(SPEC, **change).fingerprint != SPEC.fingerprint
    assert replace(SPEC, title="B", licence="other").fingerprint == SPEC.fingerprint


def test_a_fingerprint_follows_the_code_that_cuts_clips(monkeypatch):
    before = SPEC.fingerprint
    monkeypatch.setattr(types, "LISTENING", types.LISTENING + 1)
    assert SPEC.fingerprint != before


def test_times_are_the_windows_middles():
    values = np.zeros((3, 3), np.float32)
    assert Trace(values, 0.25, 1.0, 1.5).times_s == pytest.approx([0.5, 0.75, 1.0])
    assert Trace(values[:1], 0.25, 2.0, 0.6).times_s == pytest.approx([0.3])
