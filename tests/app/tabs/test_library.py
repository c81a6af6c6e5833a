import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from app.jobs import work
from app.labelling import local
from app.library import shelf
from app.library.shelf import PAGE, Query
from app.tabs import library
from store.db import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture
def full(store: Store, tmp_path: Path) -> Store:
    """A store of one page and a half."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(PAGE + PAGE // 2):
        samples = np.random.default_rng(number).normal(0, 0.1, 8000)
        sf.write(folder / f"clip{number:02}.wav", samples, 16_000)
    list(work.import_folder(store, folder))
    return store


def test_pages_hold_every_clip_once(full: Store) -> None:
    first, second = library.table(full, Query()), library.table(full, Query(page=1))
    assert (first["total"], first["pages"]) == (PAGE + PAGE // 2, 2)
    assert len({clip["id"] for clip in first["clips"] + second["clips"]}) == PAGE + PAGE // 2


def test_a_page_past_the_last_is_the_last(full: Store) -> None:
    assert library.table(full, Query(page=99)) == library.table(full, Query(page=1))


def test_a_filter_finds_by_name(full: Store) -> None:
    found = library.table(full, Query(text="CLIP03"))
    assert [clip["name"] for clip in found["clips"]] == ["clip03.wav"]
    assert library.table(full, Query(text="nothing like it"))["total"] == 0


def test_an_empty_library_is_a_table_too(store: Store) -> None:
    table = library.table(store, Query())
    assert (table["clips"], table["pages"], table["total"]) == ([], 1, 0)


def test_the_teachers_values_appear_once_it_has_listened(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "TEACHER", "loudness")
    monkeypatch.setattr(shelf, "TEACHER", "loudness")
    clip_id = library.table(full, Query())["clips"][0]["id"]
    unheard = library.inspected(full, clip_id)
    assert unheard is not None
    assert (unheard["teacher"], unheard["notes"]) == (None, [library.UNLABELLED])
    list(local.label(full, "loudness", [clip_id]))
    row = next(clip for clip in library.table(full, Query())["clips"] if clip["id"] == clip_id)
    heard = library.inspected(full, clip_id)
    assert heard is not None
    assert row["adv"] == heard["teacher"]["adv"]
    assert heard["notes"] == []


def test_a_clip_that_is_gone_is_none(full: Store) -> None:
    clip_id = library.table(full, Query())["clips"][0]["id"]
    full.clips.delete([clip_id])
    assert library.inspected(full, clip_id) is None


def test_jobs_say_what_was_refused_and_why(store: Store) -> None:
    job_id = store.jobs.add("import", {"folder": "/somewhere"})
    store.jobs.refuse(job_id, "/somewhere/x.wav", "Not sound.")
    (job,) = library.jobs(store)["jobs"]
    assert (job["of"], job["state"]) == ("/somewhere", "queued")
    assert (job["refused"], job["refused_count"]) == ([["/somewhere/x.wav", "Not sound."]], 1)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"page": "1"},
        {"page": -3},
        {"page": None, "text": None},
        {"page": True, "corpus": 7},
        {"text": "x" * 10_000},
    ],
)
def test_whatever_the_page_sends_is_a_query(full: Store, asked: dict[str, Any]) -> None:
    query = library.query(asked)
    assert len(query.text) <= 200
    json.dumps(library.table(full, query), allow_nan=False)
