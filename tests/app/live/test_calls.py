"""What a page asks while somebody speaks: each sample is heard once, and whatever is sent, the answer makes sense."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sounddevice

from app import models
from app.front import served
from app.live import calls as live
from app.live.sessions import OVER, Session, Sessions
from engine.sound import audio
from engine.types import Floats
from store.db import Store
from tests.working import until

HOP = 1600
ASKED = {"teacher": "loudness", "student": "", "window_s": 2.0}


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    with Store(tmp_path / "data") as store:
        sessions = Sessions(store, tmp_path / "private" / "live")
        yield sessions
        sessions.close_all()


@pytest.fixture
def pcm(voice: Floats) -> np.ndarray:
    return (voice * 32767).astype("<i2")


def opened(sessions: Sessions) -> Session:
    session = sessions.get(live.open(sessions, ASKED)["id"])
    assert session is not None
    return session


def sent(session: Session, pcm: np.ndarray, number: int, **more: Any) -> dict[str, Any]:
    return {"id": session.id, "number": number, "pcm": pcm.tobytes(), **more}


def speak(sessions: Sessions, session: Session, pcm: np.ndarray, first: int = 0) -> list[dict[str, Any]]:
    """Send it in hops; gives the answers."""
    starts = range(0, len(pcm), HOP)
    return [live.hop(sessions, sent(session, pcm[start : start + HOP], first + start)) for start in starts]


def points(answers: list[dict[str, Any]], of: str = "points") -> list[list[float]]:
    return [point for answer in answers for point in answer[of]]


def teacher_at(sessions: Sessions, session: Session, t: float, answers: list[dict[str, Any]]) -> list[list[float]]:
    """What the teacher said in `answers` and, until its points have reached `t`, after them."""
    said = points(answers, "teacher")

    def reached() -> bool:
        if not (said and said[-1][0] >= t):
            said.extend(live.hop(sessions, {"id": session.id, "number": session.heard, "pcm": b""})["teacher"])
        return bool(said) and said[-1][0] >= t

    until(reached)
    return said


def test_a_session_says_who_answers(sessions: Sessions) -> None:
    told = live.open(sessions, {"student": "live"})
    assert (told["rate"], told["hop_s"]) == (16_000, 0.1)
    assert (told["student"]["name"], told["teacher"]["name"]) == (models.STUDENT, models.TEACHER)
    assert told["teacher"]["title"]
    assert len(told["id"]) == 32


def test_every_sample_is_kept_and_points_and_speech_come(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    answers = speak(sessions, session, pcm)
    assert [answer["heard"] for answer in answers[:-1]] == list(range(HOP, len(pcm), HOP))
    np.testing.assert_array_equal(session.sound(0, len(pcm) + 1), pcm)
    said = points(answers)
    assert [row[0] for row in said] == pytest.approx(np.arange(len(said)) / 10 + said[0][0])
    assert said[0][0] < 1
    assert answers[-1]["speech"][-1][1] == pytest.approx(len(pcm) / 16_000, abs=0.5)
    assert all(answer["gap"] == 0 and answer["pace"] > 0 for answer in answers)
    assert teacher_at(sessions, session, len(pcm) // HOP / 10, answers)[-1][0] <= len(pcm) / 16_000


def test_the_teacher_answers_of_the_newest_window(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    told = live.hop(sessions, sent(session, pcm[: 40 * HOP], 0))
    last = teacher_at(sessions, session, 4.0, [told])[-1]
    samples = pcm[20 * HOP : 40 * HOP].astype(np.float32) / 2**15
    assert last[0] == 4.0
    assert last[1:4] == pytest.approx(models.teacher("loudness").model.predict(samples[None])[0][0], abs=1e-4)


def test_a_piece_that_comes_again_is_heard_once_and_told_again(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    live.hop(sessions, sent(session, pcm[: 10 * HOP], 0))
    lost = live.hop(sessions, sent(session, pcm[10 * HOP : 20 * HOP], 10 * HOP))
    again = live.hop(sessions, sent(session, pcm[10 * HOP : 20 * HOP], 10 * HOP))
    assert again["heard"] == 20 * HOP
    assert again["pace"] is None
    assert again["points"] == lost["points"] != []
    more = live.hop(sessions, sent(session, pcm[15 * HOP : 30 * HOP], 15 * HOP))
    assert more["heard"] == 30 * HOP
    np.testing.assert_array_equal(session.sound(0, 30 * HOP), pcm[: 30 * HOP])


def test_what_never_came_is_silence_and_is_told(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    speak(sessions, session, pcm[: 10 * HOP])
    told = live.hop(sessions, sent(session, pcm[: 5 * HOP], 60 * HOP + 7))
    assert (told["gap"], told["heard"]) == (50 * HOP + 7, 65 * HOP + 7)
    assert not session.sound(10 * HOP, 60 * HOP + 7).any()
    np.testing.assert_array_equal(session.sound(60 * HOP + 7, 65 * HOP + 7), pcm[: 5 * HOP])


def test_a_page_goes_on_at_its_own_number(sessions: Sessions, pcm: np.ndarray) -> None:
    assert live.hop(sessions, {"id": "f" * 32, "number": 9, "pcm": b""}) == {"gone": True}
    session, first = opened(sessions), 100 * HOP
    answers = speak(sessions, session, pcm[: 20 * HOP], first)
    assert answers[0]["gap"] == 0
    assert answers[-1]["heard"] == first + 20 * HOP
    assert 10.5 <= points(answers)[0][0] < 11.5
    assert live.mark(sessions, {"id": session.id, "t": 11.5, "word": "here"}) == {"marks": [[11.5, "here"]]}
    live.keep(sessions, {"id": session.id, "start": 10, "end": 12})
    (clip,) = sessions.store.clips.find()
    assert audio.read(sessions.store.clips.audio(clip.id)) == pytest.approx(pcm[: 20 * HOP] / 2**15, abs=1e-6)


def test_two_sessions_do_not_mix(sessions: Sessions, pcm: np.ndarray) -> None:
    one, other = opened(sessions), opened(sessions)
    for start in range(0, 20 * HOP, HOP):
        live.hop(sessions, sent(one, pcm[start : start + HOP], start))
        live.hop(sessions, sent(other, -pcm[start : start + HOP], start))
    np.testing.assert_array_equal(one.sound(0, 20 * HOP), pcm[: 20 * HOP])
    np.testing.assert_array_equal(other.sound(0, 20 * HOP), -pcm[: 20 * HOP])


def test_another_student_and_teacher_take_over_with_the_next_hop(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    before = speak(sessions, session, pcm[: 30 * HOP])
    more = {"student": "wav2small", "teacher": "embedded"}
    swapped = live.hop(sessions, sent(session, pcm[30 * HOP : 31 * HOP], 30 * HOP, **more))
    assert {of: one["name"] for of, one in swapped["models"].items()} == more
    after = points([*before, swapped, *speak(sessions, session, pcm[31 * HOP :], 31 * HOP)])
    assert np.diff([row[0] for row in after]) == pytest.approx(0.1, abs=2e-3)


def test_a_student_that_is_not_there_stops_nothing(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    told = live.hop(sessions, sent(session, pcm[:HOP], 0, student="nobody"))
    assert "There is no student called 'nobody'" in told["refused"]
    assert (told["heard"], told["models"]["student"]["name"]) == (HOP, models.STUDENT)


def test_a_closed_session_leaves_no_sound(sessions: Sessions, pcm: np.ndarray) -> None:
    session = opened(sessions)
    speak(sessions, session, pcm[: 2 * HOP])
    assert session.path.exists()
    assert live.close(sessions, {"id": session.id}) == {"closed": True}
    assert list(sessions.folder.iterdir()) == []
    assert live.hop(sessions, sent(session, pcm[:HOP], 0)) == {"gone": True}
    with pytest.raises(ValueError, match="over"):
        session.hear(0, pcm[:HOP])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("open", {"teacher": "nobody"}),
        ("open", {"student": "../x"}),
        ("open", {"window_s": "2"}),
        ("open", {"window_s": float("nan")}),
        ("open", {"window_s": 0.1}),
        ("open", {"source": "computer", "device": 9999}),
        ("hop", {"number": -1}),
        ("hop", {"number": "1"}),
        ("hop", {"number": True}),
        ("hop", {"number": 10**10}),
        ("hop", {"pcm": 3}),
        ("hop", {"pcm": "text"}),
        ("hop", {"pcm": b"odd"}),
        ("hop", {"pcm": bytes(6_000_000)}),
        ("hop", {"teacher": ["embedded"]}),
        ("mark", {"t": 0.05}),
        ("mark", {"t": 99, "word": "x"}),
        ("keep", {"start": 0.1, "end": 0}),
        ("keep", {"start": 0, "end": 0.05}),
        ("keep", {"id": "f" * 32}),
        ("mark", {"id": ["x"]}),
    ],
)
def test_what_makes_no_sense_is_said_in_words(sessions: Sessions, pcm: np.ndarray, name: str, wrong: Any) -> None:
    session = opened(sessions)
    live.hop(sessions, sent(session, pcm[:HOP], 0))
    function = served(sessions, getattr(live, name))
    good = ASKED if name == "open" else {"id": session.id, "number": HOP, "pcm": b""}
    assert function(good | wrong)["error"].endswith((".", ".)"))
    assert live.hop(sessions, sent(session, pcm[HOP : 2 * HOP], HOP))["heard"] == 2 * HOP


def test_this_computers_microphone_is_polled(
    sessions: Sessions, pcm: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream:
        """A sound card that has heard ten hops as soon as it is started."""

        def __init__(self, rate: int, size: int, device: int, channels: int, kind: str, callback: Any) -> None:
            assert (rate, channels, kind) == (16_000, 1, "int16")
            self.size, self.callback = size, callback

        def start(self) -> None:
            for start in range(0, 10 * HOP, self.size):
                self.callback(pcm[start : start + self.size].tobytes(), self.size, None, None)

        def close(self) -> None:
            closed.append(True)

    closed: list[bool] = []
    known = [{"name": "speaker", "max_input_channels": 0}, {"name": "desk", "max_input_channels": 1}]
    monkeypatch.setattr(sounddevice, "query_devices", lambda: known)
    monkeypatch.setattr(sounddevice, "RawInputStream", Stream)
    assert live.offers(sessions, {})["microphones"] == [{"id": 1, "name": "desk"}]
    told = live.open(sessions, ASKED | {"source": "computer", "device": 1})
    assert live.hop(sessions, {"id": told["id"]})["heard"] == 10 * HOP
    session = sessions.get(told["id"])
    assert session is not None
    np.testing.assert_array_equal(session.sound(0, 10 * HOP), pcm[: 10 * HOP])
    live.close(sessions, {"id": told["id"]})
    assert closed == [True]


def test_a_session_that_is_over_says_so(sessions: Sessions) -> None:
    with pytest.raises(ValueError, match=OVER[:20]):
        live.mark(sessions, {"id": "f" * 32, "t": 0, "word": "x"})
