"""A search finds its shapes for real, with the loudness teacher, and goes on where it was cut off."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.searching import search as searching
from engine.searching import shapes
from engine.searching.candidates import Candidate, Log, best, dominates, key, pareto, title
from engine.searching.rungs import RUNGS, SearchOptions, rungs
from engine.searching.search import search
from engine.students import etude
from engine.training.presets import DistilOptions
from engine.types import StudentSpec
from tests import taught

TRAINING = DistilOptions(pass_s=20, batch_s=8.0, rate=0.01, average=0.9, processes=1)
OPTIONS = SearchOptions(trials=4, passes=2, seed=1, training=TRAINING)
real = st.floats(-1, 1, width=16)
candidates = st.lists(
    st.builds(
        Candidate,
        st.just(StudentSpec("etude")),
        parameters=st.integers(1, 100),
        bytes=st.integers(1, 5),
        ms=st.integers(1, 5).map(float),
        share=st.just(0.1),
        dev=st.tuples(real, real, real),
    ),
    max_size=12,
)


@pytest.fixture(scope="module", autouse=True)
def hasty():
    """Few rounds of timing, since no test asserts a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching.screening, "ROUNDS", 3)
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A few taught crops, since the search is tested and not the training."""
    return taught.folder(tmp_path_factory.mktemp("crops"), train=48, dev=12, test=1)


@pytest.fixture(scope="module")
def found(data, tmp_path_factory):
    """A whole search: its folder and its steps."""
    folder = tmp_path_factory.mktemp("search")
    return folder, list(search(OPTIONS, data, folder))


@given(candidates)
def test_nothing_beats_the_front_and_the_front_beats_all_else(some):
    marked = pareto(some)
    assert [replace(each, on_front=False) for each in marked] == some
    front = [each for each in marked if each.on_front]
    assert bool(front) == bool(some)
    for each in marked:
        assert each.on_front != any(dominates(other, each) for other in front)


@given(candidates, st.integers(0, 12))
def test_of_those_that_go_on_none_is_beaten_by_one_that_stays_behind(some, count):
    on = best(some, count)
    assert len(on) == min(count, len(some))
    behind = [each for each in some if not any(each is other for other in on)]
    assert not any(dominates(other, each) for other in behind for each in on)


@given(st.integers(1, 100), st.integers(1, 50))
def test_a_plan_trains_each_trial_and_the_last_rung_all_passes(trials, passes):
    plan = rungs(SearchOptions(trials=trials, passes=passes))
    assert sum(rung.fresh for rung in plan) == trials
    assert plan[-1].passes == passes
    assert all(before.passes <= after.passes for before, after in itertools.pairwise(plan))
    assert all(after.stay <= before.stay + before.fresh for before, after in itertools.pairwise(plan))


@given(st.integers(0, 2**32 - 1))
def test_every_shape_that_is_drawn_can_be_built_and_is_named_in_one_way(seed):
    rng = np.random.default_rng(seed)
    spec = shapes.draw(rng, 7)
    for _ in range(5):
        assert spec == shapes.spec(shapes.dials(spec), 7)
        assert spec.shape.keys() < etude.dials(spec.size).keys()
        child = shapes.mutate(spec, rng)
        changed = [name for name, value in shapes.dials(child).items() if value != shapes.dials(spec)[name]]
        assert 1 <= len(changed) <= shapes.CHANGED
        spec = child


def test_a_shape_is_told_in_a_few_words():
    assert title(StudentSpec("etude", 16, shape={"hop": 240, "deep": 3})) == "etude 16, hop 240, deep 3"
    assert title(StudentSpec("etude", 8)) == "etude 8"


def test_a_search_measures_and_trains_what_it_promised(found):
    folder, steps = found
    result = steps[-1].found
    assert steps[-1].part == 1
    assert len(result) == len({key(each.spec) for each in result}) == OPTIONS.trials
    assert max(each.rung for each in result) == RUNGS
    for each in result:
        assert each.ms > 0
        assert 0 < each.share < 1  # the reference works at many times the frames
        assert all(-1 <= value <= 1 for value in each.dev)
        assert each.passes == rungs(OPTIONS)[each.rung - 1].passes
    assert result == pareto(result)
    assert [path.name for path in folder.iterdir()] == [searching.LOG]


def test_progress_only_grows_and_every_finished_training_is_shown_at_once(found):
    _, steps = found
    parts = [step.part for step in steps]
    assert parts == sorted(parts)
    shown = [len(step.found) for step in steps if step.found]
    assert shown[0] == 1
    assert all(after - before in (0, 1) for before, after in itertools.pairwise(shown))
    assert all(step.message.endswith(".") for step in steps)


def test_bytes_are_those_of_a_file_and_more_parameters_are_more_bytes(found):
    result = sorted(found[1][-1].found, key=lambda each: each.parameters)
    assert result[0].bytes < result[-1].bytes


def test_a_finished_search_is_only_read_again(found, data, monkeypatch):
    folder, steps = found
    monkeypatch.setattr(searching.team, "distil", None)
    monkeypatch.setattr(searching.screening, "timed", None)
    assert list(search(OPTIONS, data, folder))[-1] == steps[-1]


@pytest.mark.parametrize("at", ["Timing", "Round 2"])
def test_a_search_that_is_cut_off_ends_as_it_would_have(found, data, tmp_path, monkeypatch, at):
    """Times differ from run to run, so they are set to those of the whole run."""
    known = Log(found[0] / searching.LOG)
    monkeypatch.setattr(searching.screening, "timed", lambda sizes, *_: [known.get(each.spec, 0) for each in sizes])
    for step in search(OPTIONS, data, tmp_path):
        if step.message.startswith(at):
            break
    assert list(search(OPTIONS, data, tmp_path))[-1] == found[1][-1]


def test_a_line_that_was_cut_short_is_measured_again(found, tmp_path):
    path = tmp_path / "log"
    whole = (found[0] / searching.LOG).read_text()
    path.write_text(whole[:-20])
    log, before = Log(path), Log(found[0] / searching.LOG)
    lost = [each for each in before._known.values() if log.get(each.spec, each.passes) is None]
    assert len(lost) == 1
    log.add(lost[0])
    assert Log(path)._known == before._known


@pytest.mark.parametrize(("cap", "what"), [("max_bytes", "bytes"), ("max_parameters", "parameters")])
def test_no_shape_over_a_cap_is_timed_or_trained(data, tmp_path, found, monkeypatch, cap, what):
    def timed(sizes, *_):
        return [Candidate(size.spec, size.parameters, size.bytes, 1.0, 0.1) for size in sizes]

    monkeypatch.setattr(searching.screening, "timed", timed)
    monkeypatch.setattr(searching.team, "distil", lambda *given: given[-1].mkdir() or ())
    monkeypatch.setattr(searching, "_score", lambda *_: (0.5, 0.5, 0.5))
    largest = sorted(getattr(each, what) for each in found[1][-1].found)[1]
    *_, last = search(replace(OPTIONS, trials=3, **{cap: largest}), data, tmp_path)
    assert len(last.found) == 3
    assert all(getattr(each, what) <= largest for each in last.found)
    assert len(Log(tmp_path / searching.LOG)._known) > 3


def test_caps_that_nothing_fits_are_a_sentence(data, tmp_path, monkeypatch):
    monkeypatch.setattr(searching, "TRIES", 2)
    with pytest.raises(ValueError, match=r"None of 2 shapes fits: the smallest has [\d,]+ parameters and"):
        list(search(replace(OPTIONS, trials=1, max_bytes=10), data, tmp_path))


@pytest.mark.parametrize("wrong", [{"trials": 0}, {"passes": 0}, {"max_bytes": -1}, {"max_parameters": -1}])
def test_what_cannot_be_searched_is_refused(wrong):
    with pytest.raises(ValueError, match=r"needs at least|above 0"):
        SearchOptions(**wrong)
