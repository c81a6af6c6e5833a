import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.__main__ import main
from app.jobs.work import import_folder
from store.db import Store
from tests.conftest import SAMPLES


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["labels", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def data(tmp_path: Path) -> str:
    with Store(tmp_path / "data") as store:
        list(import_folder(store, SAMPLES[0].parent))
    return str(tmp_path / "data")


def test_ratings_come_in_by_their_columns_and_leave_again(data: str, tmp_path: Path) -> None:
    gold, out = tmp_path / "gold.csv", tmp_path / "out.jsonl"
    gold.write_text("wav,act,val\ncalm.wav,-1,good\nfurious,1,\nnobody.wav,0,0\n")
    options = ["--scale", "-1", "1", "--arousal", "act", "--valence", "val", "--clip", "wav", "--word", "good", "0.5"]
    code, told = said("in", str(gold), *options, "--rater", "ada", "--data", data)
    assert (code, told.splitlines()) == (
        0,
        [
            "refused: line 4: nobody.wav: this clip is not in the library; import its sound first.",
            "Taken in: labels: 0, corrections: 2; already there: 0; refused: 1.",
        ],
    )
    code, told = said("in", str(gold), *options, "--rater", "ada", "--data", data, "--json")
    assert (code, json.loads(told)["already_there"], len(json.loads(told)["refused"])) == (0, 2, 1)
    code, told = said("out", str(out), "--data", data, "--json")
    assert json.loads(told) == {"file": str(out), "clips": len(SAMPLES), "labels": 0, "corrections": 2}
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {(row["name"], row["by"], row["arousal"], row["valence"]) for row in rows if row["verdict"]} == {
        ("calm.flac", "ada", 0, 0.75),
        ("furious.flac", "ada", 1, None),
    }


def test_a_folder_is_written_by_its_formats_name(data: str, tmp_path: Path) -> None:
    code, told = said("out", str(tmp_path / "set"), "--format", "huggingface", "--data", data)
    assert (code, told) == (0, f"{tmp_path / 'set'}: {len(SAMPLES)} clips, 0 labels, 0 corrections.\n")
    assert len(list((tmp_path / "set" / "audio").glob("*.flac"))) == len(SAMPLES)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["out", "x"], "does not say in which format"),
        (["out", "x", "--format", "xml"], "There is no format called 'xml'"),
        (["out", "x.json", "--format", "labelstudio"], "only read"),
        (["in", "nowhere.csv"], "There is no nowhere.csv"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(data: str, arguments: list[str], reason: str) -> None:
    code, told = said(*arguments, "--data", data)
    assert code == 1
    assert reason in told and "Traceback" not in told
