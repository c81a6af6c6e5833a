"""A tiny checkpoint of audEERING's kind, opened in both precisions."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.labelling import rounding
from engine import plugins
from engine.fetching import hub
from engine.teachers import audeering
from engine.types import Trace
from store.db import Store
from store.records import LabelRecord
from tests import checkpoints


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    checkpoints.audeering(tmp_path / "teachers")
    monkeypatch.setenv(hub.VARIABLE, str(tmp_path / "teachers"))
    return SimpleNamespace(SPEC=audeering.SPEC, load=partial(audeering.load, encoder=checkpoints.EXPECTED))


def test_a_teacher_without_a_choice_is_as_it_is(store: Store) -> None:
    for name in ("embedded", "loudness"):
        plugin = plugins.load("teachers", name)
        assert rounding.chosen(store, plugin) == (plugin.SPEC, "")


def test_what_was_tried_is_told_with_agreement_and_drift(store: Store, plugin: SimpleNamespace) -> None:
    spec, why = rounding.chosen(store, plugin, able=True)
    assert f"on {rounding.TRIED} clips CCC to fp32" in why and "largest drift" in why
    assert why.startswith(spec.precision)
    assert replace(spec, precision="fp32") == plugin.SPEC


def test_a_processor_without_16_bits_is_not_tried(store: Store, plugin: SimpleNamespace) -> None:
    assert rounding.chosen(store, plugin, able=False) == (
        plugin.SPEC, "fp32: this processor computes no faster in 16 bits.",
    )  # fmt: skip


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_library_stays_in_the_precision_in_which_it_was_begun(
    store: Store, plugin: SimpleNamespace, precision: str
) -> None:
    spec, adv = replace(plugin.SPEC, precision=precision), np.zeros(3, np.float32)
    label = LabelRecord(
        clip_id=store.clips.find(limit=1)[0].id, teacher=spec.name, fingerprint=spec.fingerprint, adv=adv,
        trace=Trace(adv[None], 1.0, 1.0, 1.0), speech_s=1.0,
    )  # fmt: skip
    store.labels.add(label)
    found, why = rounding.chosen(store, plugin, able=True)
    assert (found, "before" in why) == (spec, True)
