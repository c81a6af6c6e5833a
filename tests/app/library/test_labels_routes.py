"""Labels out and in through the page's door, at a real server's routes."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.jobs.work import import_folder
from app.library import labels_routes
from store.db import Store
from tests.conftest import SAMPLES

GOLD = b"file,arousal\ncalm.wav,4\nnobody.wav,4\nfurious.wav,9\n"


@pytest.fixture
def private(tmp_path: Path) -> Path:
    (tmp_path / "private").mkdir()
    return tmp_path / "private"


@pytest.fixture
def door(tmp_path: Path, private: Path) -> Iterator[TestClient]:
    with Store(tmp_path / "data") as store:
        list(import_folder(store, SAMPLES[0].parent))
        app = FastAPI()
        labels_routes.add(app, store, private)
        with TestClient(app) as client:
            yield client


def test_labels_leave_as_a_file_and_nothing_is_left(door: TestClient, private: Path) -> None:
    sent = door.get("/labels/csv")
    assert 'filename="etude-labels-csv.csv"' in sent.headers["content-disposition"]
    assert [row["kind"] for row in csv.DictReader(io.StringIO(sent.text))] == ["clip"] * len(SAMPLES)
    packed = zipfile.ZipFile(io.BytesIO(door.get("/labels/huggingface").content))
    assert len([name for name in packed.namelist() if name.endswith(".flac")]) == len(SAMPLES)
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("form", ["xml", "labelstudio", "..", "__init__"])
def test_what_is_no_format_is_a_sentence(door: TestClient, private: Path, form: str) -> None:
    assert door.get(f"/labels/{form}").status_code == 404
    assert list(private.iterdir()) == []


def test_ratings_come_in_and_what_was_refused_is_told(door: TestClient, private: Path) -> None:
    came = door.post("/labels?name=gold.csv&low=1&high=7", content=GOLD).json()
    assert (came["corrections"], came["refused_count"]) == (1, 2)
    assert [each["line"] for each in came["refused"]] == [3, 4]
    assert came["told"] == "Taken in: labels: 0, corrections: 1; already there: 0; refused: 2."
    assert door.post("/labels?name=gold.csv&low=1&high=7", content=GOLD).json()["already_there"] == 1
    assert list(private.iterdir()) == []


def test_what_left_comes_back(door: TestClient) -> None:
    for form in ("parquet", "huggingface"):
        sent = door.get(f"/labels/{form}")
        name = "labels.parquet" if form == "parquet" else "labels.zip"
        assert door.post(f"/labels?name={name}", content=sent.content).json()["refused"] == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("name=gold.csv", "from where to where"),
        ("name=gold.csv&low=1&high=lots", "one number to another"),
        ("name=gold.csv&low=1", "one number to another"),
        ("name=gold.csv&low=1&high=7&arousal=act", "Nothing in the table is called"),
        ("name=gold.exe&low=1&high=7", "none of the formats"),
        ("name=gold.parquet&low=1&high=7", "not Parquet"),
        ("name=gold.zip&low=1&high=7", "can't be unpacked"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(door: TestClient, private: Path, asked: str, reason: str) -> None:
    answer = door.post(f"/labels?{asked}", content=GOLD)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]
    assert list(private.iterdir()) == []
