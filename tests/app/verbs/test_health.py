import json
from pathlib import Path

from click.testing import CliRunner

from app.__main__ import main
from app.jobs.work import import_folder
from store.db import Store
from tests.conftest import SAMPLES


def test_health_is_told_in_words_and_as_json(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        list(import_folder(store, SAMPLES[0].parent))
    told = CliRunner().invoke(main, ["health", "--data", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert f"{len(SAMPLES)} clips, 0 of them labelled." in told.output
    assert "that the teacher has not listened to" in told.output
    said = CliRunner().invoke(main, ["health", "--json", "--data", str(tmp_path)])
    found = json.loads(said.stdout)
    assert (found["clips"], found["unread"], found["failed"]) == (len(SAMPLES), 0, [])
    assert [len(counts) for counts in found["histograms"].values()] == [20] * 3
    assert len(found["corners"]) == 12
    unlabelled = next(each for each in found["findings"] if each["name"] == "unlabelled")
    assert unlabelled["count"] == len(unlabelled["clips"]) == len(SAMPLES)
