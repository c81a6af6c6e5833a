"""Health of a library of the bundled samples, some of them copied, cut off, drowned in noise."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from app.jobs import work
from app.library import examine, health
from app.models import TEACHER
from app.tabs import library
from engine import plugins
from engine.types import AXES, Answer, Trace
from store.db import Store
from store.records import ClipRecord
from tests.conftest import SAMPLES
from tests.sounds import noise

ADV = np.array([[0.1, 0.1, 0.1], [0.5, 0.5, 0.5], [0.9, 0.95, 0.7], [np.nan, np.nan, np.nan]], np.float32)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, np.ndarray]) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("corpus")
    calm, weary, worried = samples["calm"], samples["weary"], samples["worried"]
    sounds = {
        **samples,
        "calm-again": 0.3 * calm[2000:],
        "loud": np.clip(4 * weary / np.abs(weary).max(), -1, 1),
        "hiss": worried / 4 + noise(len(worried) / 16_000, level=0.1),
        "faint": 0.01 * noise(1.0, colour=1.0, seed=1),
    }
    for name, sound in sounds.items():
        sf.write(folder / f"{name}.wav", sound, 16_000, subtype="PCM_24")
    with Store(tmp_path_factory.mktemp("data")) as store:
        list(work.import_folder(store, folder))
        clips = by_name(store)
        for (name, clip), adv in zip(sorted(clips.items()), np.tile(ADV, (5, 1)), strict=False):
            if name != "whisper":
                store.labels.add(work.label_record(clip.id, plugins.load("teachers", TEACHER).SPEC, answer(adv)))
        yield store


def answer(adv: np.ndarray) -> Answer:
    spoken = () if np.isnan(adv).any() else ((0.0, 1.0),)
    return Answer(TEACHER, adv, Trace(adv[None], 0.25, 2.0, 2.0), None, spoken, 2.0)


def by_name(store: Store) -> dict[str, ClipRecord]:
    return {Path(clip.name).stem: clip for clip in store.clips.find(limit=-1)}


def names(store: Store, key: str) -> list[str]:
    known = {clip.id: name for name, clip in by_name(store).items()}
    return [known[clip_id] for clip_id in health.report(store).where(key)]


def test_only_new_clips_are_read_and_the_copies_found(store: Store) -> None:
    count = store.clips.count()
    assert health.report(store).unread == count
    *before, last = examine.examine(store)
    assert last.result == {"read": count, "already_read": 0, "copies": 4, "failed": []}
    assert sorted({step.done for step in before}) == list(range(count + 1))
    assert before[-1].message == "Comparing all clips, 100%."
    assert last.part == 1
    *_, again = examine.examine(store)
    assert again.result == {"read": 0, "already_read": count, "copies": 4, "failed": []}
    assert health.report(store).unread == 0


def test_what_is_wrong_is_found_with_its_clips(store: Store) -> None:
    list(examine.examine(store))
    assert sorted(names(store, "copies")) == ["calm", "calm-again", "loud", "weary"]
    pairs = names(store, "copies")
    assert {frozenset(pairs[:2]), frozenset(pairs[2:])} == {
        frozenset(("calm", "calm-again")),
        frozenset(("loud", "weary")),
    }
    assert names(store, "clipped") == ["loud"]
    assert "hiss" in names(store, "noisy") and "calm" not in names(store, "noisy")
    assert names(store, "faint") == ["faint"]
    assert names(store, "unlabelled") == ["whisper"]
    found = {each.key: each for each in health.report(store).findings}
    assert found["clipped"].sentence.startswith("One clip with flat tops")
    assert found["copies"].sentence.startswith("4 clips hold 2 sounds")
    assert found["nameless"].count == store.clips.count()
    assert health.report(store).voices == "No clip states its speaker."
    assert all(each.count == len(names(store, each.key)) > 0 for each in found.values())


def test_bars_and_cells_hold_each_answered_clip_once(store: Store) -> None:
    shown = health.report(store)
    answered = sum(not np.isnan(label.adv).any() for label in store.labels.for_clips(shown.ids, TEACHER).values())
    assert shown.labelled == shown.clips - 1
    for axis in AXES:
        assert sum(shown.histograms[axis]) == answered
        assert sum(len(shown.where(f"{axis}:{bar}")) for bar in range(20)) == answered
    assert all(sum(map(sum, cells)) == answered for cells in shown.maps.values())
    low, lacking = (next(c for c in shown.corners if c.words == words) for words in LOW_AND_HIGH)
    assert low.count == len(names(store, low.key)) > 0 and not low.lacks
    assert lacking.count == 0 and lacking.lacks


LOW_AND_HIGH = ("calm and unpleasant", "calm and pleasant")


def test_a_bar_holds_the_clips_whose_answers_lie_there(store: Store) -> None:
    shown = health.report(store)
    top = shown.where(f"dominance:{int(0.95 / (shown.edges[1] - shown.edges[0]))}")
    labels = store.labels.for_clips(shown.ids, TEACHER)
    assert set(top) == {clip for clip, label in labels.items() if label.adv[1] == np.float32(0.95)}


def test_the_table_shows_exactly_these_clips(store: Store) -> None:
    list(examine.examine(store))
    table = library.table(store, library.query({"group": "copies"}))
    assert (table["total"], table["title"]) == (4, "near-duplicates")
    assert [clip["id"] for clip in table["clips"]] == list(health.report(store).where("copies"))
    assert library.table(store, library.query({"group": "clipped", "text": "calm"}))["total"] == 0
    assert library.table(store, library.query({"group": "nonsense"}))["clips"] == []
    assert library.table(store, library.query({"group": ["no text"]}))["clips"] == []


def test_who_speaks_too_much_is_named(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        for number, (speaker, duration_s) in enumerate([("ada", 80.0), ("bob", 10.0), ("eve", 10.0), ("", 50.0)]):
            clip = ClipRecord(
                id=f"{number:032x}", name=speaker, corpus="c", speaker=speaker, duration_s=duration_s, peak=0.5, rms=0.1
            )
            with store.scratch() as file:
                file.touch()
                store.clips.add(clip, file)
        shown = health.report(store)
    assert [each.key for each in shown.findings] == ["speaker:c/ada", "nameless", "unlabelled"]
    assert shown.findings[0].sentence.startswith("c/ada has 80% of the hours")
    assert shown.where("speaker:c/ada") == (f"{0:032x}",)
    assert shown.voices == "3 speakers; with their hours as they are, they weigh like 1.5 of equal hours."


def test_a_report_is_made_once_for_each_state(store: Store) -> None:
    assert health.report(store) is health.report(store)


def test_an_empty_library_is_healthy(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert health.report(store).findings == []
        assert library.healthy(store)["clips"] == 0
        *_, last = examine.examine(store)
    assert last.result == {"read": 0, "already_read": 0, "copies": 0, "failed": []}


def test_a_clip_that_can_not_be_read_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        ids = [work.keep(store, path, path.name) for path in SAMPLES[:2]]
        store.clips.audio(ids[0]).write_bytes(b"damaged")
        job_id = store.jobs.add(examine.KIND, {})
        *_, last = examine.examine(store, job_id)
        assert last.result is not None
        assert (last.result["read"], len(last.result["failed"])) == (1, 1)
        assert [refusal.path for refusal in store.jobs.refusals(job_id)] == [SAMPLES[0].name]
        assert store.health.missing() == [ids[0]]
