"""What is known of a teacher before it is opened, whether its weights are here or not."""

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from app import api, models, settings, table, teachers
from engine.fetching import hub
from engine.onnx_model import ASSETS
from engine.types import AXES
from store.db import Store
from tests import checkpoints


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(hub.VARIABLE, str(tmp_path))
    return tmp_path


def test_all_are_known_and_only_those_that_are_here_are_offered() -> None:
    known = teachers.known()
    assert known[0] == models.TEACHER and "onnx" not in known
    assert {"audeering", "odyssey", "vox_profile", "wav2small_teacher", "loudness"} <= set(known)
    assert set(models.teachers()) == {name for name in known if not teachers.sources(name)}


def test_what_is_not_here_is_known_with_size_licence_and_what_to_do() -> None:
    for name in teachers.known():
        facts = teachers.facts(name)
        assert facts["here"] == (not teachers.how(name)) == (facts["download_bytes"] == 0)
        assert facts["licence"] and sorted(facts["axes"]) == sorted(AXES)
    assert teachers.facts("vox_profile")["fetchable"] is False
    assert "audeering" in teachers.how("wav2small_teacher")
    sizes = [teachers.facts(name)["download_bytes"] for name in ("audeering", "odyssey", "wav2small_teacher")]
    assert sizes[2] == sizes[0] + sizes[1]


def test_a_folder_makes_it_ready_and_half_of_a_mixture_is_fetched(root: Path) -> None:
    checkpoints.audeering(root)
    assert "audeering" in models.teachers() and "wav2small_teacher" not in models.teachers()
    mixed, odyssey = teachers.facts("wav2small_teacher"), teachers.facts("odyssey")
    assert mixed["download_bytes"] == odyssey["download_bytes"]
    checkpoints.odyssey(root)
    assert {"odyssey", "wav2small_teacher"} <= set(models.teachers())


def test_a_file_of_ones_own_is_offered_and_a_wrong_contract_is_told(root: Path) -> None:
    (root / "own.onnx").write_bytes((ASSETS / "wav2small.onnx").read_bytes())
    assert "contract" in teachers.facts("onnx:own")["trouble"]
    assert "onnx:own" not in models.teachers()
    (root / "own.json").write_text(json.dumps({"licence": "MIT", "axes": list(AXES), "title": "Own"}))
    assert teachers.facts("onnx:own")["title"] == "Own" and "onnx:own" in models.teachers()
    opened = models.teacher("onnx:own")
    assert opened.title == "Own" and table.facts(opened)["name"] == "onnx:own"


@pytest.mark.parametrize(("name", "words"), [("nobody", "nobody"), ("onnx:lost", r"lost\.onnx"), ("onnx", "onnx:NAME")])
def test_an_unknown_one_is_a_sentence(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        teachers.facts(name)


def test_labelling_with_one_that_is_not_here_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "data") as store:
        with pytest.raises(ValueError, match="etude fetch audeering"):
            api.label(store, "audeering")
        assert store.jobs.list(9) == []


def test_the_data_folders_teachers_are_found_unless_another_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.data_folder(tmp_path / "elsewhere")
    assert hub.folder() == tmp_path
    monkeypatch.setattr(settings, "_ours", "")
    monkeypatch.setenv(hub.VARIABLE, "")
    for name in ("one", "two"):
        settings.data_folder(tmp_path / name)
        assert hub.folder() == tmp_path / name / "teachers"
