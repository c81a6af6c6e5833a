from pathlib import Path

import pytest

from app.settings import data_folder


def test_the_option_comes_before_the_variable_and_that_before_the_platform(tmp_path: Path) -> None:
    said = {"ETUDE_DATA": str(tmp_path / "said")}
    assert data_folder(tmp_path / "given", said) == tmp_path / "given"
    assert data_folder(None, said) == tmp_path / "said"
    assert data_folder(None, said).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("environ", [{}, {"ETUDE_DATA": ""}])
def test_without_a_word_it_is_the_platforms_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name in ("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    folder = data_folder(None, environ)
    assert folder.is_dir()
    assert folder.is_relative_to(tmp_path)
    assert "etude" in folder.parts


def test_home_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder(None, {"ETUDE_DATA": "~/voices"}) == tmp_path / "voices"


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_where_no_folder_can_be_it_says_what_to_do(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"can't be written \(.+\); choose another with --data DIR or ETUDE_DATA"):
        data_folder(tmp_path / place, {})
