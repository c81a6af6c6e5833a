import json
from pathlib import Path

import pytest

from app import models
from app.jobs import foreground
from app.students import bits
from app.tabs import bits as tab
from engine.exporting import sensitivity
from store.db import Store


def test_a_student_is_measured_by_the_job_that_the_button_queues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitivity, "CLIPS", 8)
    with Store(tmp_path) as store:
        assert tab.now(store, "nobody") == {
            "students": list(models.EMBEDDED),
            "student": "etude",
            "job": None,
            "found": None,
        }
        for name in ("nobody", "etude", "etude"):
            tab.measure(store, name)
        (job,) = store.jobs.list()
        assert tab.now(store)["job"]["state"] == "queued"
        list(foreground.run(store, job.id))
        shown = tab.now(store)
        assert (shown["job"]["state"], tab.now(store, "wav2small")["job"]) == ("done", None)
        assert json.loads(json.dumps(shown)) == shown
        found = shown["found"]
        assert [layer["name"] for layer in found["layers"]][-1] == "out"
        assert all(layer["lost"][0] < 0.01 for layer in found["layers"])
        assert sum(layer["lost"][1] - layer["lost"][0] for layer in found["layers"]) > 0
        assert min(found["ccc"]) >= tab.LEAST
        weights = sum(layer["weights"] for layer in found["layers"])
        assert weights / 3 < found["bytes"] < weights
        tab.measure(store, "etude")  # again, if the person wants it; the old picture stays until then
        assert (tab.now(store)["job"]["state"], tab.now(store)["found"]) == ("queued", found)


def test_a_job_of_a_student_that_is_gone_fails_with_a_sentence(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        job = store.jobs.add(tab.KIND, {"student": "nobody"})
        with pytest.raises(ValueError, match="no student called 'nobody'"):
            list(foreground.run(store, job))


def test_the_command_line_and_the_page_draw_the_same_grids() -> None:
    names = [str(grid) for grid in bits.GRIDS]
    assert [sum(name.startswith(begins) for name in names) for begins in tab.GRIDS] == [1, 1]
