"""Fetching in the background: told in bytes, stopped when it is dropped, and failing with a sentence."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from huggingface_hub import constants

from app import teachers
from app.jobs import fetching
from engine.fetching import hub
from engine.teachers import audeering
from tests.hub import FILES, serving

SIZE = sum(map(len, FILES.values()))
Asked = list[tuple[str, str | None]]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """What a hub on this machine was asked for, in a process that is told to keep off the network."""
    monkeypatch.delenv(hub.VARIABLE, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with serving() as (endpoint, asked):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        yield asked


def test_it_is_fetched_and_told_in_bytes(asked: Asked) -> None:
    steps = list(fetching.fetch("audeering"))
    assert steps[-1].result == {"teacher": "audeering", "bytes": SIZE}
    assert steps[-1].part == 1 and all(0 <= step.part <= 1 for step in steps)
    assert "of about 661 MB" in steps[0].message
    assert teachers.how("audeering") == ""
    assert all(f"/resolve/{audeering.SOURCE.revision}/" in path and token is None for path, token in asked)
    (again,) = fetching.fetch("audeering")
    assert again.result == {"teacher": "audeering", "bytes": 0} and "already" in again.message
    step = list(fetching.fetch("wav2small_teacher"))[-1]  # of which only a part is lacking
    assert step.result == {"teacher": "wav2small_teacher", "bytes": SIZE}


def test_what_is_dropped_is_ended(asked: Asked) -> None:
    with closing(fetching.fetch("audeering")) as steps:
        next(steps)
    assert teachers.how("audeering") != ""


def test_what_can_not_be_fetched_is_a_sentence(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="does not fetch it"):
        list(fetching.fetch("vox_profile"))
    assert asked == []
    monkeypatch.setitem(FILES, "config.json", b"")
    monkeypatch.delitem(FILES, "model.safetensors")
    with pytest.raises(ValueError, match=r"model\.safetensors of .* could not be fetched") as told:
        list(fetching.fetch("audeering"))
    assert "\n" not in str(told.value)


def test_no_room_is_told_before_anything_is_fetched(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage("/")._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(ValueError, match="10 MB left, and this needs 661 MB"):
        list(fetching.fetch("audeering"))
    assert asked == []
