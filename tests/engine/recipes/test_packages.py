import subprocess

import pytest

from engine.recipes import packages


def test_stamps_music_and_syllables_are_not_speech(tmp_path):
    for name, speech in (
        ("tuxpaint-stamps-default/cow_desc_fr.ogg", True), ("tuxpaint-stamps-default/cow.ogg", False),
        ("fillets-ng-data/sound/city/cs/line.ogg", True), ("fillets-ng-data/music/theme.ogg", False),
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(packages.LEAST_BYTES))
        assert packages.spoken(path) is speech
    (tmp_path / "a.wav").write_bytes(bytes(packages.LEAST_BYTES - 1))
    assert not packages.spoken(tmp_path / "a.wav")


def test_what_is_there_is_not_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    (tmp_path / "fillets-ng-data").mkdir()
    packages.fetch("fillets-ng-data", tmp_path)


def test_without_the_package_manager_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert packages.rows(tmp_path) == []


def test_a_package_that_cannot_be_fetched_is_a_sentence_and_leaves_nothing_behind(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    with pytest.raises(ValueError, match="fillets-ng-data can't be fetched"):
        packages.fetch("fillets-ng-data", tmp_path / "here")
    assert not (tmp_path / "here" / "fillets-ng-data").exists()
