import json
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import main
from app.students import comparisons
from app.training import trainings
from store.db import Store
from tests import classroom


def etude(store: Store, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(store.folder)])


def test_no_jobs_and_no_such_job_are_sentences(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert etude(store, "jobs").stdout == "No jobs.\n"
        assert json.loads(etude(store, "jobs", "--json").stdout) == []
        for verb in ("cancel", "resume"):
            refused = etude(store, "jobs", verb, "7", "--json")
            assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (
                1,
                "There is no job 7; `etude jobs` lists them.",
            )


def test_a_cancelled_job_is_resumed_to_its_end(tmp_path: Path) -> None:
    with Store(tmp_path / "data") as store:
        (tmp_path / "clips").mkdir()
        number = store.jobs.add("import", {"folder": str(tmp_path / "clips")})
        assert "cancelled" in etude(store, "jobs", "cancel", str(number)).stdout
        assert json.loads(etude(store, "jobs", "resume", str(number), "--json").stdout)["added"] == 0
        assert "done" in etude(store, "jobs").stdout
        again = etude(store, "jobs", "resume", str(number))
        assert (again.exit_code, "nothing to resume" in again.stderr) == (1, True)


def test_a_training_that_was_cancelled_goes_on_in_the_shell(library: Store) -> None:
    number = library.jobs.add(trainings.KIND, asdict(classroom.order()))
    library.jobs.cancel(number)
    told = json.loads(etude(library, "jobs", "resume", str(number), "--json").stdout)
    assert told["student"] == library.students.list()[0].name


@pytest.mark.parametrize("word", ["", "--json"])
def test_a_student_is_held_beside_the_live_one(graduated: Store, word: str) -> None:
    told = etude(graduated, "compare", "etude-1", *word.split())
    found = comparisons.newest(graduated, "etude-1")
    assert found is not None
    if word:
        assert json.loads(told.stdout) == {"job": found.id, **found.result}
    else:
        assert told.stdout.startswith("etude-1 beside etude, ")
        assert found.result["advice"] in told.stdout
    same = etude(graduated, "compare", "etude")
    assert (same.exit_code, "the live one" in same.stderr) == (1, True)
