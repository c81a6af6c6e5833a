import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from app.tabs import listen
from app.takes import Take, Takes
from store.db import Store

SAMPLE = listen.samples()[0]["file"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture
def takes(tmp_path: Path) -> Takes:
    return Takes(tmp_path / "takes")


def noise(takes: Takes, seconds: float = 3) -> Take:
    path = takes.folder.parent / "noise.wav"
    sf.write(path, np.random.default_rng(0).normal(0, 0.01, int(16_000 * seconds)), 16_000)
    return takes.add(path, "Noise")


def heard(store: Store, takes: Takes, asked: dict[str, Any], teacher: str = "loudness") -> dict[str, Any]:
    *_, last = listen.analyse(store, takes, asked, teacher, "wav2small")
    json.dumps(last, allow_nan=False)
    return last


def test_there_are_six_samples_or_more_and_each_is_described() -> None:
    samples = listen.samples()
    assert len(samples) >= 6
    assert all(sample[field] for sample in samples for field in ("file", "title", "text", "description"))


def test_without_the_folder_there_are_no_samples(tmp_path: Path) -> None:
    assert listen.samples(tmp_path) == []


def test_a_sample_shows_both_traces_on_one_time_axis(store: Store, takes: Takes) -> None:
    clip = heard(store, takes, {"sample": SAMPLE})["clip"]
    for who in ("teacher", "student"):
        trace = clip[who]["trace"]
        assert len(trace["values"]) == 3
        assert {len(axis) for axis in trace["values"]} == {len(trace["times"])}
        assert 0 < trace["times"][0] < trace["times"][-1] < clip["duration_s"]
        assert all(value is not None for value in clip[who]["adv"])
        assert clip[who]["took_s"] > 0
    assert "synthetic" in clip["about"]
    assert clip["kept"] is False


def test_nobody_speaking_is_said_in_words(store: Store, takes: Takes) -> None:
    clip = heard(store, takes, {"take": noise(takes).id})["clip"]
    assert listen.NO_SPEECH in clip["notes"]
    assert clip["teacher"]["adv"] == clip["student"]["adv"] == [None] * 3
    assert clip["speech"] == ()


def test_an_unknown_teacher_is_a_sentence_and_never_replaced(store: Store, takes: Takes) -> None:
    last = heard(store, takes, {"sample": SAMPLE}, teacher="nobody")
    assert last["state"] == "failed"
    assert "no teacher called 'nobody'" in last["why"]


@pytest.mark.parametrize(
    "asked", [{}, {"take": "../../etc/passwd"}, {"take": "0" * 32}, {"sample": "../samples.json"}, {"sample": None}]
)
def test_what_is_not_there_is_a_sentence(store: Store, takes: Takes, asked: dict[str, Any]) -> None:
    last = heard(store, takes, asked)
    assert (last["state"], last["why"]) == ("failed", listen.GONE)


def test_nothing_is_kept_unless_asked_and_then_with_its_label(store: Store, takes: Takes) -> None:
    clip = heard(store, takes, {"sample": SAMPLE})["clip"]
    assert store.clips.count() == 0
    assert listen.keep(store, takes, {"take": clip["id"]})["state"] == "kept"
    kept = store.clips.get(clip["id"])
    label = store.labels.get(clip["id"], "loudness")
    assert kept is not None
    assert label is not None
    assert kept.name == clip["title"]
    assert label.adv == pytest.approx(clip["teacher"]["adv"], abs=1e-4)
    assert heard(store, takes, {"sample": SAMPLE})["clip"]["kept"] is True


def test_what_is_gone_cannot_be_kept(store: Store, takes: Takes) -> None:
    take = noise(takes)
    take.path.unlink()
    assert listen.keep(store, takes, {"take": take.id})["why"] == listen.GONE


def test_two_messages_are_never_equal() -> None:
    assert listen.message("kept") != listen.message("kept")
