from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import api, models
from app.training import defaults, trainings
from store.db import Store
from tests.classroom import TINY

WORDS = st.sampled_from(["spec", "preset", "options", "reinforce", "teacher", "size", "rate", "shape", "etude"])
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "data") as opened:
        yield opened


def test_a_sound_is_answered_by_whom_it_is_asked_of(store: Store, sample_files: list[Path]) -> None:
    sound = sample_files[0]
    answers = [
        api.predict(store, sound, "voice", **asked) for asked in ({}, {"student": "etude"}, {"teacher": "loudness"})
    ]
    assert [answer["model"] for answer in answers] == [models.TEACHER, "etude", "loudness"]
    assert {answer["file"] for answer in answers} == {"voice"}
    assert len({answer["arousal"] for answer in answers}) == 3


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"student": "etude", "teacher": "embedded"}, "not both"),
        ({"student": "nobody"}, "no student called 'nobody'; there are: etude"),
        ({"student": "../etude"}, "no student called"),
        ({"teacher": "nobody"}, "no teacher called 'nobody'; there are: "),
    ],
)
def test_a_model_that_there_is_not(store: Store, sample_files: list[Path], asked: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        api.predict(store, sample_files[0], "voice", **asked)


def test_a_file_that_cannot_be_heard_is_named_as_it_was_sent(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"no sound")
    with pytest.raises(ValueError, match=r"^voice\.wav: .*\.$") as refused:
        api.predict(store, tmp_path / "secret.wav", "voice.wav")
    assert "secret" not in str(refused.value)


def test_jobs_are_queued_seen_and_cancelled(library: Store) -> None:
    labelling = api.label(library, "loudness")["job"]
    training = api.retrain(library, TINY)["job"]
    assert api.retrain(library, dict(reversed(TINY.items())))["job"] == training  # it waits already
    assert api.status(library, labelling) == {
        "job": labelling, "kind": "label", "state": "queued", "progress": 0.0, "message": "", "error": "", "result": {},
    }  # fmt: skip
    assert api.cancel(library, training)["state"] == "cancelled"
    assert api.cancel(library, training)["state"] == "cancelled"
    assert api.retrain(library, TINY)["job"] > training
    assert [library.jobs.get(n).arguments for n in (labelling, training)] == [  # type: ignore[union-attr]
        {"teacher": "loudness"},
        defaults.complete(library, TINY),
    ]


def test_what_is_left_open_is_chosen_as_in_the_page(library: Store) -> None:
    job = library.jobs.get(api.retrain(library, {})["job"])
    assert job is not None
    assert (job.kind, job.arguments) == (trainings.KIND, defaults.complete(library, {}))


def test_what_is_not_there_is_a_sentence(store: Store) -> None:
    with pytest.raises(ValueError, match="import recordings"):
        api.retrain(store, {})
    with pytest.raises(ValueError, match="no teacher called 'nobody'"):
        api.label(store, "nobody")
    assert store.jobs.list() == []


@pytest.mark.parametrize("job", [0, 1, -1, 2**63, True, 1.0, None, "1", [1], {}])
def test_no_such_job(store: Store, job: object) -> None:
    for ask in (api.status, api.cancel):
        with pytest.raises(ValueError, match="There is no job "):
            ask(store, job)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY)
def test_whatever_is_asked_for_is_queued_or_refused(library: Store, asked: object) -> None:
    newest = library.jobs.list(1, trainings.KIND)
    try:
        job = api.retrain(library, asked)["job"]
    except ValueError:
        assert library.jobs.list(1, trainings.KIND) == newest
    else:
        assert api.cancel(library, job)["state"] == "cancelled"


def test_students_and_their_bundles(graduated: Store, tmp_path: Path) -> None:
    names = [student["name"] for student in api.students(graduated)]
    assert names[: len(models.EMBEDDED)] == list(models.EMBEDDED)
    assert api.download(graduated, names[-1], tmp_path).stat().st_size > 10_000
    for name, why in (("nobody", "no student called 'nobody'"), ("etude", "etude export etude --out etude.zip")):
        with pytest.raises(ValueError, match=why):
            api.download(graduated, name, tmp_path)
