import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.training import trainings
from app.training.trainings import TrainOrder
from engine.training.presets import PRESETS
from engine.types import StudentSpec
from store.db import Store
from tests.classroom import TINY


def test_nothing_asked_is_the_default_and_json_gives_the_same_order() -> None:
    assert TrainOrder.of({}) == TrainOrder()
    assert TrainOrder.of(json.loads(json.dumps(TINY))) == TrainOrder.of(TINY)


def test_a_recipe_is_completed_and_its_options_can_be_changed() -> None:
    order = TrainOrder.of({"preset": "paper", "options": {"passes": 3}, "spec": {"architecture": "timm:x"}})
    assert asdict(order.options) == {**asdict(PRESETS["paper"]), "passes": 3}
    assert order.spec == StudentSpec("timm:x")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"preset": "soup"}, "no recipe called 'soup'; there are: etude"),
    ({"spec": {"architecture": "nobody"}}, "no student called 'nobody'; there are: "),
    ({"teacher": "nobody"}, "no teacher called 'nobody'; there are: audeering, embedded"),
    ({"tempo": 3}, "tempo = '3'"),
    ({"spec": 3}, "spec = '3'"),
    ({"spec": {"shape": 3}}, "The shape of a student is whole numbers by their names, and not 3"),
    ({"spec": {"shape": {"blocks": "3"}}}, "The shape of a student"),
    ({"preset": ["etude"]}, "preset = "),
    ({"options": {"rate": float("nan")}}, "rate = nan"),
    ({"options": {"rate": 10**400}}, "rate = 1000"),
    ({"options": {"tempo": 3}}, "tempo = 3"),
    ({"options": {"passes": "many"}}, "passes = 'many'"),
    ({"options": {"passes": True}}, "passes = True"),
    ({"options": {"passes": 0}}, "The number of passes must be from 1"),
    ({"spec": {"size": 10**9}}, "The size must be from 1 to 512"),
    ({"reinforce": {"versions": -1}}, "The number of versions must be"),
    ({"reinforce": {"shortest_s": 5.0}}, "A version can't last from 5.0 to 4.0 s"),
]


@pytest.mark.parametrize(("asked", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_what_cannot_be_understood_is_a_sentence(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        TrainOrder.of(asked)
    assert str(caught.value).endswith(".")


def test_the_same_order_again_is_the_unfinished_job(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        order = TrainOrder.of(TINY)
        assert trainings.unfinished(store, order) is None
        store.jobs.add("train", {"preset": "a recipe of a later Etude"})
        job_id = store.jobs.add("train", TINY)
        store.jobs.add("train", {**TINY, "teacher": "embedded"})
        assert trainings.unfinished(store, order) == job_id
        store.jobs.cancel(job_id)
        assert trainings.unfinished(store, order) is None


def test_what_a_training_kept_is_deleted_when_it_is_done_or_a_week_after_it_was_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path) as store:
        done, cancelled, waits = (store.jobs.add("train", {}) for _ in range(3))
        for number in (done, cancelled, waits, 99):
            trainings.folder(store, number).mkdir(parents=True)
        job = store.jobs.claim("w", done)
        assert job is not None
        store.jobs.finish(job, {})
        store.jobs.cancel(cancelled)
        trainings.sweep(store)
        assert sorted(path.name for path in (tmp_path / trainings.HOME).iterdir()) == [str(cancelled), str(waits)]
        monkeypatch.setattr(trainings, "KEPT_S", -1.0)
        trainings.sweep(store)
        assert [path.name for path in (tmp_path / trainings.HOME).iterdir()] == [str(waits)]


def test_what_was_cancelled_is_resumed_as_long_as_its_folder_is_kept(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        job_id = store.jobs.add("train", {})
        with pytest.raises(ValueError, match="can't be resumed"):
            trainings.resume(store, job_id)  # it waits
        store.jobs.cancel(job_id)
        trainings.resume(store, job_id)
        assert store.jobs.claim("w") is not None
        store.jobs.cancel(job_id)
        with pytest.raises(ValueError, match="can't be resumed"):
            trainings.resume(store, job_id)  # it had begun, and what it had done is gone
        trainings.folder(store, job_id).mkdir(parents=True)
        trainings.resume(store, job_id)
        assert [job.state for job in store.jobs.list()] == ["queued"]


def test_naming_an_order_imports_no_torch() -> None:
    import subprocess
    import sys

    modules = "app.students.graduates, app.training.lessons, app.verbs.train, app.jobs.worker"
    code = f"import sys; import {modules}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
