"""Every kind of job has words of its own, and says what it is about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs import fetching, titles
from app.library import examine
from app.rating import doubts, rated
from app.students import comparisons
from app.tabs import bits
from app.training import searches, trainings
from store.db import Store
from store.records import JobRecord

OWN = (fetching, examine, doubts, rated, trainings, comparisons, searches, bits)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        yield store


def job(store: Store, kind: str, **arguments: object) -> JobRecord:
    found = store.jobs.get(store.jobs.add(kind, arguments))
    assert found is not None
    return found


def test_every_kind_has_its_words() -> None:
    assert set(titles.TITLES) == {"import", "label", *(each.KIND for each in OWN)}
    assert len(set(titles.TITLES.values())) == len(titles.TITLES)


def test_a_job_says_what_it_is_about(store: Store) -> None:
    compared = job(store, comparisons.KIND, student="etude-2", live="etude")
    assert (titles.title(compared), titles.about(compared)) == ("Hold beside the live student:", "etude-2")
    assert titles.about(job(store, "import", folder="/voices")) == "/voices"
    assert titles.about(job(store, examine.KIND)) == ""


def test_what_a_newer_etude_wrote_is_called_by_its_kind(store: Store) -> None:
    assert titles.title(job(store, "dream")) == "dream"
