"""A search as a job, from the shell and in the worker, on the bundled clips with the loudness teacher."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.__main__ import main
from app.jobs import work
from app.tabs import search as tab
from app.training import search as searching
from app.training import searches, trainings
from app.training.pareto import search_view
from app.training.searches import SearchOrder
from engine.onnx_model import ASSETS
from engine.searching import screening
from engine.types import StudentSpec
from store.db import Store
from store.records import CandidateRecord

# crops of one length, so that a few clips make a batch
ASKED: dict[str, Any] = {
    "trials": 2, "passes": 2, "seed": 3, "teacher": "loudness", "reinforce": {"shortest_s": 1.0, "longest_s": 1.0},
    "options": {"pass_s": 20.0, "batch_s": 16.0, "processes": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bundled clips."""
    with Store(tmp_path_factory.mktemp("data")) as store:
        list(work.import_folder(store, ASSETS / "samples"))
        yield store


@pytest.fixture(scope="module")
def found(library: Store) -> tuple[int, list[work.Progress]]:
    """A search seen to its end."""
    job_id = library.jobs.add(searches.KIND, ASKED)
    with pytest.MonkeyPatch.context() as hasty:
        hasty.setattr(screening, "ROUNDS", 3)  # no test asserts a time
        return job_id, list(searching.search(library, SearchOrder.of(ASKED), job_id))


def record(name: int, ccc: float, ms: float, size: int, front: bool = True) -> CandidateRecord:
    return CandidateRecord(
        spec=StudentSpec("etude", name), parameters=size, bytes=size, ms=ms, share=ms / 10, ccc=(ccc, ccc, ccc), rung=1,
        passes=1, on_front=front,
    )  # fmt: skip


def test_a_search_fills_the_store_and_says_what_it_found(
    library: Store, found: tuple[int, list[work.Progress]]
) -> None:
    job_id, steps = found
    kept = library.candidates.get(job_id)
    assert len(kept) == ASKED["trials"]
    assert any(each.on_front for each in kept)
    assert steps[-1].result is not None
    assert steps[-1].result["shapes"] == ASKED["trials"]
    assert str(steps[-1].result["best"]).startswith("etude ")
    parts = [step.part for step in steps]
    assert parts == sorted(parts)
    assert parts[-1] == 1


def test_stopped_it_goes_on_without_asking_the_teacher_again(
    library: Store, found: tuple[int, list[work.Progress]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching.school, "_answers", None)
    again = list(searching.search(library, SearchOrder.of(ASKED), found[0]))
    assert again[-1] == found[1][-1]


def test_the_worker_does_a_search_and_its_folder_is_let_go(library: Store, found: tuple[int, Any]) -> None:
    from app.jobs.worker import steps

    claimed = library.jobs.claim("w", found[0])
    assert claimed is not None
    list(steps(library, claimed))
    ended = library.jobs.get(found[0])
    assert ended is not None
    assert (ended.state, ended.result["shapes"]) == ("done", ASKED["trials"])
    trainings.sweep(library)
    assert not trainings.folder(library, found[0]).exists()


def test_nothing_to_learn_from_is_a_sentence(tmp_path: Path) -> None:
    for words in (["search"], ["search", "--json"]):
        result = CliRunner().invoke(main, [*words, "--data", str(tmp_path)])
        assert result.exit_code == 1
        assert "There is no clip to learn from" in (result.stdout or result.stderr)


def test_the_shell_prints_a_table_or_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def search(store: Store, _: SearchOrder, job_id: int) -> Iterator[work.Progress]:
        store.candidates.put(job_id, [record(8, 0.5, 1.5, 20_000), record(16, 0.7, 2.0, 40_000, front=False)])
        yield work.Progress(1, 1, "2 shapes trained, 1 of them on the front.", {"shapes": 2})

    monkeypatch.setattr(searching, "search", search)
    monkeypatch.setenv("COLUMNS", "200")
    words = ["search", "--max-bytes", "50000", "--data", str(tmp_path)]
    told = CliRunner().invoke(main, words).stdout
    best, front = (line for line in told.splitlines() if "etude" in line)
    assert ("etude 16" in best, "●" in best) == (True, False)
    assert ("etude 8" in front, "●" in front) == (True, True)
    assert "0.700 / 0.700 / 0.700" in best
    assert told.splitlines()[-1] == "2 shapes trained, 1 of them on the front."
    said = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert [row["spec"]["size"] for row in said["candidates"]] == [16, 8]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"trials": 0}, "The number of trials must be from 1 to 1000, and not 0."),
        ({"passes": "8"}, "The number of passes must be from 1 to 1000, and not 8."),
        ({"max_bytes": -1}, "The cap on bytes must be from 0"),
        ({"max_parameters": True}, "The cap on parameters must be"),
        ({"breadth": 3}, "can't be understood: breadth"),
        ({"teacher": "nobody"}, "no teacher called 'nobody'"),
    ],
)
def test_what_cannot_be_searched_for_is_a_sentence(library: Store, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SearchOrder.of(asked)
    if "breadth" not in asked:
        assert words in tab.begin(library, asked)


def test_the_page_begins_a_search_once(library: Store) -> None:
    asked = {"trials": 4, "max_bytes": 30_000, "options": {"processes": 64}}
    assert tab.begin(library, asked) == ""
    job = library.jobs.list(1)[0]
    assert job.arguments == {"trials": 4, "max_bytes": 30_000}
    assert "already" in tab.begin(library, asked)
    shown = tab.now(library)
    assert (shown["search"]["id"], shown["search"]["title"]) == (job.id, "4 shapes within 30,000 bytes")
    library.jobs.cancel(job.id)


def test_an_earlier_search_can_be_looked_at(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert tab.now(store) == {"search": None, "others": []}
        ids = [store.jobs.add(searches.KIND, {}) for _ in range(2)]
        store.candidates.put(ids[0], [record(8, 0.5, 1.5, 20_000)])
        assert tab.now(store)["search"]["id"] == ids[0]  # the first in the queue
        assert tab.now(store, ids[1])["search"]["rows"] == []
        assert [job["id"] for job in tab.now(store, ids[1])["others"]] == [ids[0]]
        json.dumps(tab.now(store), allow_nan=False)


def test_the_view_has_the_best_first_and_joins_what_is_both_better_and_slower(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        job_id = store.jobs.add(searches.KIND, {})
        found = [
            record(8, 0.5, 1.0, 10_000),
            record(12, 0.6, 2.0, 40_000),
            record(14, 0.55, 3.0, 5_000),  # on the front for its bytes
            record(16, 0.7, 4.0, 40_000),
        ]
        store.candidates.put(job_id, found)
        view = search_view(store, job_id)
    assert [row["shape"] for row in view["rows"]] == ["etude 16", "etude 12", "etude 14", "etude 8"]
    assert [view["dots"]["x"][place] for place in view["line"]] == [1.0, 2.0, 4.0]
    assert view["dots"]["size"][0] == 2 * view["dots"]["size"][3]
    json.dumps(view, allow_nan=False)


def test_no_search_found_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert search_view(store, 1) == {"rows": [], "dots": {"x": [], "y": [], "size": []}, "line": []}
