"""Fetching in the background: told in bytes, stopped by a cancel, and failing with a sentence."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from app import teachers
from app.jobs import fetching
from engine import hub
from engine.teachers import audeering
from tests.hub import COMMIT, FILES, serving

SIZE = sum(map(len, FILES.values()))
SOURCE = replace(audeering.SOURCE, revision=COMMIT, download_bytes=SIZE)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; and the teacher's weights are those of the server's commit."""
    monkeypatch.delenv(hub.VARIABLE, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(audeering, "SOURCES", (SOURCE,))
    return tmp_path


def test_it_is_fetched_and_told_in_bytes() -> None:
    with serving() as (endpoint, _):
        steps = list(fetching.fetch("audeering", endpoint))
        assert steps[-1].result == {"teacher": "audeering", "bytes": SIZE}
        assert steps[-1].part == 1 and all(0 <= step.part <= 1 for step in steps)
        assert "10 MB" in steps[0].message and SOURCE.repository in steps[0].message
        assert teachers.how("audeering") == ""
        (again,) = fetching.fetch("audeering", endpoint)
    assert again.result == {"teacher": "audeering", "bytes": 0} and "already" in again.message


def test_what_is_dropped_halfway_stops() -> None:
    with serving() as (endpoint, _), closing(fetching.fetch("audeering", endpoint)) as steps:
        next(steps)


def test_what_can_not_be_fetched_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for name, words in (("audeering", "could not be fetched"), ("vox_profile", "does not fetch it")):
        with pytest.raises(ValueError, match=words):
            list(fetching.fetch(name))


def test_no_room_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audeering, "SOURCES", (replace(SOURCE, download_bytes=10**18),))
    with serving() as (endpoint, asked):
        with pytest.raises(ValueError, match="make room"):
            list(fetching.fetch("audeering", endpoint))
        assert asked == []
