import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from app.rating import fused
from store.db import Store
from tests import rating


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raters")
    with Store(folder / "data") as store:
        rating.fill(store, folder / "class", speakers=3)
    return folder / "data"


def etude(data: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["raters", "--data", str(data), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_raters_are_told_in_words_and_as_json(data: Path) -> None:
    told = etude(data)
    assert "24 clips rated by 3 people." in told.output
    assert "eve: 0 accept, 24 correct, 0 reject; 24 of 24 blind." in told.output
    assert "disputed: v" in told.output
    assert "fusion mean: chosen" in told.output and "fusion ewe: would change 24 of 24 clips" in told.output
    said = json.loads(etude(data, "--json").stdout)
    assert (said["clips"], said["unasked"], len(said["people"])) == (24, 0, 3)
    assert {each["kind"] for each in said["pairs"]} == {"teacher", "blind", "student", "rater", "self"}


def test_the_fusion_is_chosen(data: Path) -> None:
    assert json.loads(etude(data, "--json", "--fusion", "ewe").stdout)["fusion"]["chosen"] == "ewe"
    with Store(data) as store:
        assert fused.method(store) == "ewe"
    assert etude(data, "--fusion", "best").exit_code == 2


def test_of_nobody_there_is_nothing_to_tell(tmp_path: Path) -> None:
    told = etude(tmp_path)
    assert told.exit_code == 0
    assert told.stdout.startswith("0 clips rated by 0 people.")
