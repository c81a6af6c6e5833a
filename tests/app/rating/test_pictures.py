import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import models
from app.jobs import work
from app.rating import pictures
from engine.sound import audio
from engine.sound.spectrogram import spectrogram
from engine.types import Answer, Trace
from store.db import Store
from store.records import ClipRecord
from tests.conftest import SAMPLES

FURIOUS = next(path for path in SAMPLES if path.stem == "furious")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture
def clip(store: Store) -> ClipRecord:
    """A voice that a teacher has listened to."""
    adv = np.array([0.9, 0.8, 0.1], np.float32)
    opened = models.teacher(models.TEACHER)
    assert opened.spec
    answer = Answer(models.TEACHER, adv, Trace(np.stack([adv] * 3), 0.25, 2.0, 2.5), None, ((0.0, 1.0),), 2.5)
    clip_id = work.keep(store, FURIOUS, "furious.wav", [(opened.spec, answer)])
    found = store.clips.get(clip_id)
    assert found
    return replace(found, category="anger", speaker="eve")


def test_all_is_drawn_of_a_clip(store: Store, clip: ClipRecord) -> None:
    drawn = pictures.picture(store, clip, hidden=False)
    assert drawn["title"] == "furious.wav"
    assert "anger" in drawn["about"]
    assert drawn["audio"] == f"/audio/{clip.id}"
    levels = np.frombuffer(base64.b64decode(drawn["spectrogram"]["levels"]), np.uint8)
    expected = spectrogram(audio.read(store.clips.audio(clip.id)))
    assert levels.reshape(expected.shape).tolist() == expected.tolist()
    assert drawn["teacher"]["adv"] == [0.9, 0.8, 0.1]
    assert len(drawn["teacher"]["trace"]["times"]) == 3


def test_the_student_says_what_it_says_in_the_listen_tab(store: Store, clip: ClipRecord) -> None:
    from engine.labelling import listen

    said = pictures.picture(store, clip, hidden=False)["student"]
    answer = listen.answer(models.embedded_student().model, audio.read(store.clips.audio(clip.id)))
    assert said["name"] == models.STUDENT
    assert said["adv"] == pytest.approx(answer.adv, abs=1e-4)
    assert len(said["trace"]["times"]) == len(answer.trace.values)


def test_a_hidden_picture_says_no_answer_nor_what_tells_one(store: Store, clip: ClipRecord) -> None:
    drawn = pictures.picture(store, clip, hidden=True)
    assert {"teacher", "student"} & drawn.keys() == set()
    assert "furious" not in str(drawn)
    assert "anger" not in str(drawn)
    assert drawn["peaks"] == pictures.picture(store, clip, hidden=False)["peaks"]


def test_a_clip_that_no_teacher_has_heard_has_none(store: Store) -> None:
    clip = store.clips.get(work.keep(store, FURIOUS, "furious.wav"))
    assert clip
    assert pictures.picture(store, clip, hidden=False)["teacher"] is None


def test_another_live_student_is_asked_anew(store: Store, clip: ClipRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    one = pictures.picture(store, clip, hidden=False)["student"]
    monkeypatch.setattr(models, "live", lambda _: "wav2small")
    other = pictures.picture(store, clip, hidden=False)["student"]
    assert other["name"] == "wav2small"
    assert other["adv"] != one["adv"]
