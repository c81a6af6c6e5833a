"""Importers: a contract for whatever is in the folder, and what each of ours promises."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from engine import corpora, plugins
from engine.sound.audio import SUFFIXES
from engine.types import CorpusRow

HEADER = "file,speaker,sex,language,category,intensity,human_recognised_pct,licence,split\n"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of sounds and other things, without a table."""
    root = tmp_path / "my voices"
    for name in (
        "b.wav",
        "a.FLAC",
        "deep/er/c.ogg",
        ".hidden.wav",
        ".hidden/d.wav",
        "deep/notes.txt",
        "outside.mp3/e.opus",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    sf.write(root / "b.wav", np.zeros(9), 16_000)
    (tmp_path / "outside.wav").write_bytes(b"x")
    return root


@pytest.mark.parametrize("name", plugins.names("corpora"))
def test_every_importer_keeps_the_contract(shelf: Path, name: str) -> None:
    importer = plugins.load("corpora", name)
    assert importer.accepts(shelf / "b.wav") is False and importer.accepts(shelf / "nowhere") is False
    (shelf / "metadata.csv").write_text(HEADER + "b.wav,anna,f,en,anger,strong,80,CC0,train\n")
    if importer.accepts(shelf):
        found = list(importer.rows(shelf))
        assert found == list(importer.rows(shelf))
        for row in found:
            assert isinstance(row, CorpusRow) and row.path.is_file() and row.path.is_relative_to(shelf)
            assert row.corpus and row.split in ("", "train", "dev", "test")
            assert row.recognised is None or 0 <= row.recognised <= 1


def test_a_folder_gives_its_sounds_in_order(shelf: Path) -> None:
    found = list(corpora.rows(shelf))
    assert [row.path.relative_to(shelf).as_posix() for row in found] == [
        "a.FLAC",
        "b.wav",
        "deep/er/c.ogg",
        "outside.mp3/e.opus",
    ]
    assert {row.corpus for row in found} == {"my voices"}
    assert all(row.path.suffix.lower() in SUFFIXES for row in found)


def test_a_folder_below_a_hidden_one_is_not_hidden_itself(shelf: Path) -> None:
    assert [row.path.name for row in corpora.rows(shelf / ".hidden")] == ["d.wav"]


def test_a_table_says_what_is_known(shelf: Path) -> None:
    lines = ["b.wav, anna ,f,en,anger,strong,87.5,CC0-1.0,dev", "deep/er/c.ogg,,,,unlabelled,,,,unlabelled", "gone.wav"]
    (shelf / "metadata.csv").write_text(HEADER + "\n".join(lines), encoding="utf-8-sig")
    full, bare, gone = corpora.rows(shelf)
    assert full == CorpusRow(
        shelf / "b.wav", "anna", "en", "anger", "strong", 0.875, "dev", "CC0-1.0", "my voices", "f"
    )
    assert bare == CorpusRow(shelf / "deep/er/c.ogg", corpus="my voices")
    assert gone == CorpusRow(shelf / "gone.wav", corpus="my voices")  # its import says that it is missing


@pytest.mark.parametrize("file", ["../outside.wav", "/etc/hostname", "deep/../../outside.wav", "", "   "])
def test_a_row_that_leaves_the_folder_is_left_out(shelf: Path, file: str) -> None:
    (shelf / "metadata.csv").write_text(f"{HEADER}{file},anna\nb.wav,anna\n")
    assert [row.path for row in corpora.rows(shelf)] == [shelf / "b.wav"]


@pytest.mark.parametrize("part", ["", "many", "nan", "-1", "101"])
def test_a_rate_that_is_none_is_not_stated(shelf: Path, part: str) -> None:
    (shelf / "metadata.csv").write_text(f"file,human_recognised_pct\nb.wav,{part}\n")
    assert [row.recognised for row in corpora.rows(shelf)] == [None]


@pytest.mark.parametrize("table", ["", "file\n", "name,speaker\nb.wav,anna\n", "\x00\xff\n"])
def test_a_table_of_something_else_leaves_the_folder_to_speak(shelf: Path, table: str) -> None:
    (shelf / "metadata.csv").write_text(table, encoding="latin-1")
    assert len(list(corpora.rows(shelf))) == 4


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no folder"):
        corpora.rows(tmp_path / "nowhere")
