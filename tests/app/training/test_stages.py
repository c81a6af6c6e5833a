from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.work import Progress
from app.training import stages
from app.training.trainings import ANSWERED, DISTILLED, LABELLED
from store.db import Store

EXPECTED = {name: 10.0 * number for number, name in enumerate(stages.TITLES, 1)}


def chain(*names: str) -> Generator[Progress]:
    for number, name in enumerate(names):
        yield Progress(number, len(names), name, stage=name)


def test_stages_are_kept_in_their_order_also_when_they_come_again(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        job_id = store.jobs.add("train", {})
        given = chain("gather", "label", "label", "quantize", "gate", "quantize")
        assert [step.message for step in stages.timed(store, job_id, EXPECTED, given)][-1] == "quantize"
        assert [each.name for each in store.journal.stages(job_id)] == ["gather", "label", "gate", "quantize"]
        before = sum(each.seconds for each in store.journal.stages(job_id))
        list(stages.timed(store, job_id, EXPECTED, chain("gather", "distil")))
        assert store.journal.stages(job_id)[-1].name == "distil"
        assert sum(each.seconds for each in store.journal.stages(job_id)) >= before
        assert [each.line for each in store.journal.log(job_id)][:2] == ["Gather.", "Label."]


def test_a_chain_that_is_dropped_keeps_the_time_so_far_and_ends_its_work(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        job_id, ended = store.jobs.add("train", {}), []

        def work() -> Generator[Progress]:
            try:
                yield from chain("gather", "label", "answer")
            finally:
                ended.append(True)

        steps = stages.timed(store, job_id, EXPECTED, work())
        next(steps)
        steps.close()
        assert ended == [True]
        assert [each.name for each in store.journal.stages(job_id)] == ["gather"]


@given(st.sampled_from(list(stages.TITLES)), st.floats(0, 1e5), st.floats(0, 1))
def test_what_is_left_is_never_less_than_what_comes_later(at: str, spent_s: float, part: float) -> None:
    names = list(stages.TITLES)
    later = sum(EXPECTED[name] for name in names[names.index(at) + 1 :])
    assert stages.left_s(EXPECTED, spent_s, at, part) >= later


def test_a_stage_that_is_under_way_foretells_its_end_by_its_own_pace() -> None:
    half = (ANSWERED + DISTILLED) / 2
    later = sum(EXPECTED[name] for name in ("quantize", "gate", "measure"))
    assert stages.left_s(EXPECTED, 100.0, "distil", half) == pytest.approx(100 + later)
    assert stages.left_s(EXPECTED, 0.0, "distil", ANSWERED) == pytest.approx(EXPECTED["distil"] + later)
    assert stages.left_s(EXPECTED, 7.0, "label", LABELLED) == pytest.approx(sum(EXPECTED.values()) - 10 - 20)
