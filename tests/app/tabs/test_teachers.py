"""The fold of teachers: what a person is shown before agreeing, and while something is fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from app import teachers as known
from app.jobs import fetching
from app.tabs import teachers
from engine.fetching import hub
from store.db import Store
from tests import checkpoints


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(hub.VARIABLE, str(tmp_path))
    with Store(tmp_path / "data") as store:
        yield store


def shown(store: Store) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in teachers.offered(store, {})["teachers"]}


def test_each_is_shown_with_licence_size_and_what_is_missing(store: Store) -> None:
    rows = shown(store)
    assert list(rows) == known.known()
    for row in rows.values():
        assert row["licence"] and row["going"] is None and row["wrong"] == ""
        assert bool(row["missing"]) == bool(row["size"]) == (not row["here"])
    assert rows["audeering"]["size"] == "661 MB" and "etude fetch" in str(rows["audeering"]["missing"])


def test_what_lies_in_the_folder_is_here_and_a_wrong_contract_is_told(store: Store, tmp_path: Path) -> None:
    checkpoints.audeering(tmp_path)
    (tmp_path / "own.onnx").write_bytes(b"")
    rows = shown(store)
    assert rows["audeering"]["here"] and not rows["audeering"]["size"]
    assert "contract" in str(rows["onnx:own"]["missing"])


def test_a_fetch_is_shown_while_it_goes_on_and_if_it_failed(store: Store) -> None:
    number = store.jobs.add(fetching.KIND, {"teacher": "odyssey"})
    job = store.jobs.claim("somebody", number)
    assert job is not None
    store.jobs.beat(job, 0.25, "318 MB of about 1.27 GB")
    going = shown(store)["odyssey"]["going"]
    assert going == {"job": number, "progress": 0.25, "message": "318 MB of about 1.27 GB"}
    store.jobs.fail(job, "No network.")
    row = shown(store)["odyssey"]
    assert (row["going"], row["wrong"]) == (None, "No network.")
