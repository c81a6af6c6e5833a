import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app import models
from app.__main__ import main
from app.jobs import foreground
from app.students import graduates, keeping
from app.training import lessons, retraining, trainings
from store.db import Store
from tests import classroom
from tests.sounds import babble

SOUND = babble(1.0, np.random.default_rng(0))[None]


def etude(store: Store, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--data", str(store.folder)])


def answer(store: Store) -> bytes:
    return models.student(store, models.live(store)).model.predict(SOUND)[0].tobytes()


def test_a_training_makes_nothing_live(graduated: Store) -> None:
    (record,) = graduated.students.list()
    assert (models.live(graduated), record.parent, record.job) == ("etude", None, 1)


def test_rolled_back_it_answers_bit_for_bit_as_before(graduated: Store) -> None:
    before = answer(graduated)
    keeping.make_live(graduated, "etude-1")
    assert (models.live(graduated), answer(graduated) == before) == ("etude-1", False)
    assert keeping.roll_back(graduated) == "etude"
    assert answer(graduated) == before


def test_what_is_damaged_or_did_not_pass_is_never_live(graduated: Store) -> None:
    contract = graduated.folder / "students" / "etude-1.json"
    stated = json.loads(contract.read_text())
    contract.write_text(json.dumps({**stated, "gate": None}))
    with pytest.raises(ValueError, match="has not passed the gate"):
        keeping.make_live(graduated, "etude-1")
    (graduated.folder / "students" / "etude-1.onnx").write_bytes(b"half")
    models._student.cache_clear()
    with pytest.raises(ValueError, match="not a model that onnxruntime can run"):
        keeping.make_live(graduated, "etude-1")
    with pytest.raises(ValueError, match="wav2small comes with Etude"):
        keeping.make_live(graduated, "wav2small")
    assert models.live(graduated) == "etude"


def test_a_renamed_student_keeps_its_files_and_its_bundle(graduated: Store, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a model that comes with Etude"):
        keeping.rename(graduated, "etude-1", "wav2small")
    keeping.rename(graduated, "etude-1", "shop")
    keeping.make_live(graduated, "shop")
    with zipfile.ZipFile(graduates.bundle_of(graduated, "shop", tmp_path)) as bundle:
        assert json.loads(bundle.read("contract.json"))["name"] == "shop"
    assert (models.live(graduated), models.students(graduated)[-1]) == ("shop", "shop")


def test_deleting_takes_the_files_too_but_never_the_live_one(graduated: Store) -> None:
    keeping.make_live(graduated, "etude-1")
    with pytest.raises(ValueError, match="etude-1 is live"):
        keeping.delete(graduated, "etude-1")
    keeping.roll_back(graduated)
    keeping.delete(graduated, "etude-1")
    assert (graduated.students.list(), list((graduated.folder / "students").iterdir())) == ([], [])


def test_the_same_order_of_the_same_library_is_recognised(graduated: Store) -> None:
    assert keeping.made_already(graduated, classroom.order()) == "etude-1"
    assert keeping.made_already(graduated, classroom.order(passes=4)) == ""
    graduated.clips.delete([graduated.clips.find(limit=1)[0].id])
    assert keeping.made_already(graduated, classroom.order()) == ""


def test_a_student_is_made_again_from_its_record_byte_for_byte(graduated: Store, sample_files: list[Path]) -> None:
    graduated.students.make_live(1)
    added = graduated.clips.count()
    classroom.fill(graduated, graduated.folder / "more", speakers=11, clips=1)  # what came since is not taught
    assert graduated.clips.count() > added
    *_, last = foreground.run(graduated, retraining.queue(graduated, "etude-1"))
    assert last.result is not None
    again, first = graduated.students.list()
    folder = graduated.folder / "students"
    assert (folder / "etude-1.onnx").read_bytes() == (graduated.folder / again.file).read_bytes()
    assert (again.data_fingerprint, again.arguments) == (first.data_fingerprint, first.arguments)
    assert again.parent == first.id
    assert graduates.listed(graduated)["students"][0]["same_as"] == "etude-1"


def test_it_is_made_again_though_whom_it_began_with_is_gone(graduated: Store) -> None:
    order = {**asdict(classroom.order()), "start": "etude-1"}
    *_, made = foreground.run(graduated, graduated.jobs.add(trainings.KIND, order))
    assert made.result is not None
    keeping.delete(graduated, "etude-1")
    *_, last = foreground.run(graduated, retraining.queue(graduated, made.result["student"]))
    assert last.result is not None
    assert Path(last.result["file"]).read_bytes() == Path(made.result["file"]).read_bytes()


def test_what_a_kill_left_of_a_deleted_student_is_swept_away(graduated: Store) -> None:
    folder = graduated.folder / "students"
    there = set(folder.iterdir())
    for suffix in keeping.SUFFIXES:
        (folder / f"etude-7{suffix}").touch()
    keeping.sweep(graduated)
    assert set(folder.iterdir()) == there


def test_clips_that_are_gone_are_named(graduated: Store) -> None:
    used = next(each for each in lessons.lessons(graduated) if each.part == "train")
    graduated.clips.delete([used.clip_id])
    with pytest.raises(ValueError, match=f"deleted since: {used.name}"):
        retraining.queue(graduated, "etude-1")
    with pytest.raises(ValueError, match="etude comes with Etude"):
        retraining.queue(graduated, "etude")
    assert len(graduated.jobs.list(20, trainings.KIND)) == 1


def test_the_verbs_show_make_live_roll_back_and_delete(graduated: Store) -> None:
    shown = json.loads(etude(graduated, "students", "show", "etude-1", "--json").stdout)
    assert shown["order"]["teacher"] == "loudness"
    assert shown["gate"]["passed"] is True
    assert set(shown["files"]) == {f"etude-1{suffix}" for suffix in keeping.SUFFIXES if suffix != keeping.BEGAN}
    lines = etude(graduated, "students", "show", "etude-1").stdout
    assert lines.startswith("etude-1: etude, size 4, seed 0\n")
    assert "when etude was live" in lines
    assert etude(graduated, "students", "live", "etude-1").stdout == "Live: etude-1.\n"
    listed = json.loads(etude(graduated, "students", "--json").stdout)
    assert [row["name"] for row in listed if row["live"]] == ["etude-1"]
    refused = etude(graduated, "students", "delete", "etude-1")
    assert (refused.exit_code, "etude-1 is live" in refused.stderr) == (1, True)
    assert json.loads(etude(graduated, "students", "back", "--json").stdout) == {"live": "etude"}
    assert "Nothing was live before" in etude(graduated, "students", "back").stderr
    assert etude(graduated, "students", "delete", "etude-1").exit_code == 0
    assert graduated.students.list() == []
