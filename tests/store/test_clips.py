import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.types import Trace
from store.db import Store
from store.filters import EVERY, ClipFilter
from store.records import ClipRecord, CorrectionRecord, LabelRecord

Put = Callable[..., ClipRecord]
real = st.floats(allow_nan=False)


def label_of(clip: ClipRecord, fingerprint: str = "f") -> LabelRecord:
    trace = Trace(np.zeros((1, 3), np.float32), 0.25, 1.0, 1.0)
    return LabelRecord(
        clip_id=clip.id, teacher="t", fingerprint=fingerprint, adv=np.zeros(3, np.float32), trace=trace, speech_s=0.5
    )


@settings(deadline=None)
@given(
    st.builds(
        ClipRecord,
        id=st.text("0123456789abcdef", min_size=32, max_size=32),
        **{
            name: st.text()
            for name in ("name", "corpus", "speaker", "sex", "language", "category", "split", "licence", "source")
        },
        **dict.fromkeys(("duration_s", "peak", "rms", "added_at"), real),
        speech_s=st.none() | real,
    )
)
def test_a_clip_comes_back_as_it_was(shelf: Store, clip: ClipRecord) -> None:
    with shelf.scratch() as file:
        file.write_bytes(b"sound")
        assert shelf.clips.add(clip, file)
    assert shelf.clips.get(clip.id) == clip
    assert shelf.clips.delete([clip.id]) == 1


def test_adding_twice_changes_nothing(store: Store, put: Put) -> None:
    first = put(1, name="first")
    put(1, name="second")
    assert store.clips.find() == [first]
    assert list((store.folder / "scratch").iterdir()) == []
    assert store.clips.audio(first.id).read_bytes() == b"sound 1"


def test_a_row_is_not_written_before_its_file_is_there(store: Store, tmp_path: Path) -> None:
    clip = ClipRecord(id="a" * 32, name="", duration_s=1.0, peak=0.5, rms=0.1)
    with pytest.raises(OSError, match="missing"):
        store.clips.add(clip, tmp_path / "missing")
    assert store.clips.get(clip.id) is None


def test_a_row_that_is_refused_leaves_only_an_orphan(store: Store, tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"sound")
    clip = ClipRecord(id="a" * 32, name="", duration_s=None, peak=0.5, rms=0.1)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        store.clips.add(clip, tmp_path / "sound")
    assert store.clips.count() == 0
    assert store.clips.drop_orphans() == 1
    assert not store.clips.audio(clip.id).exists()


def test_orphans_go_and_clips_stay(store: Store, put: Put) -> None:
    clip = put(1)
    orphan = store.clips.audio("b" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"voice")
    assert store.clips.drop_orphans() == 1
    assert not orphan.exists()
    assert store.clips.audio(clip.id).exists()


def test_deleting_takes_row_labels_and_audio_but_not_what_people_said(store: Store, put: Put) -> None:
    clip, other = put(1), put(2)
    store.labels.add(label_of(clip))
    said = store.corrections.add(CorrectionRecord(clip_id=clip.id, rater="ada", verdict="accept"))
    assert store.clips.delete([clip.id, "f" * 32]) == 1
    assert store.clips.get(clip.id) is None
    assert store.labels.get(clip.id, "t") is None
    assert not store.clips.audio(clip.id).exists()
    assert store.clips.audio(other.id).exists()
    put(1)
    assert store.corrections.standing(clip.id) == said


@pytest.mark.parametrize("clip_id", ["", "../../etc/passwd", "ABCDEF0123456789", "0123", "a" * 65])
def test_what_is_no_id_is_no_path(store: Store, clip_id: str) -> None:
    with pytest.raises(ValueError, match="not a clip's id"):
        store.clips.audio(clip_id)


def test_filters(store: Store, put: Put) -> None:
    a = put(1, name="100%_ÄRGER.wav", corpus="emo", speaker="s1", language="de", category="anger", split="train")
    b = put(2, name="b.wav", corpus="emo", speaker="s2", language="en")
    c = put(3, name="c.wav", corpus="nemo", speaker="s1", language="en")
    store.labels.add(label_of(a))
    answers = {
        EVERY: [c, b, a],
        ClipFilter(text="ärger"): [a],
        ClipFilter(text="0%_"): [a],
        ClipFilter(text="%"): [a],
        ClipFilter(text="ANGER"): [a],
        ClipFilter(corpus="emo"): [b, a],
        ClipFilter(speaker="s1"): [c, a],
        ClipFilter(speaker="s1", corpus="emo"): [a],
        ClipFilter(language="en"): [c, b],
        ClipFilter(category="anger", split="train"): [a],
        ClipFilter(unlabelled_by="f"): [c, b],
        ClipFilter(unlabelled_by="g"): [c, b, a],
        ClipFilter(corpus="other"): [],
    }
    for where, clips in answers.items():
        found = store.clips.find(where)
        assert [clip.id for clip in found] == [clip.id for clip in clips], where
        assert store.clips.count(where) == len(clips)
    assert store.clips.corpora() == ["emo", "nemo"]
    assert store.clips.speakers() == ["s1", "s2"]
    assert store.clips.speakers("nemo") == ["s1"]
    assert store.clips.languages() == ["de", "en"]


def test_pages_show_every_clip_once(store: Store, put: Put) -> None:
    clips = {put(n, added_at=float(n // 4)).id for n in range(23)}
    pages = [store.clips.find(limit=5, offset=offset) for offset in range(0, 25, 5)]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert {clip.id for page in pages for clip in page} == clips


@pytest.mark.parametrize(
    "where",
    [
        EVERY,
        ClipFilter(corpus="c"),
        ClipFilter(speaker="s"),
        ClipFilter(language="l"),
        ClipFilter(corpus="c", speaker="s", language="l"),
        ClipFilter(unlabelled_by="f"),
    ],
)
def test_a_page_is_read_along_an_index(store: Store, where: ClipFilter) -> None:
    plan = plan_of(store, lambda: store.clips.find(where))
    assert any("clips USING INDEX" in step for step in plan)
    assert not any("TEMP B-TREE" in step or step == "SCAN labels" for step in plan)
    if where.corpus or where.speaker or where.language:
        assert any("SEARCH clips" in step for step in plan)


@pytest.mark.parametrize(
    "ask", [Store.stats, lambda store: store.clips.speakers("c"), lambda store: store.clips.corpora()]
)
def test_choices_are_read_from_indexes_alone(store: Store, ask: Callable[[Store], object]) -> None:
    plan = plan_of(store, lambda: ask(store))
    assert not any("labels" in step and "COVERING INDEX" not in step for step in plan)


def plan_of(store: Store, ask: Callable[[], object]) -> list[str]:
    asked: list[tuple[str, Any]] = []
    db = store._connections.db
    with db.tracer(lambda sql, values: asked.append((sql, values))):
        ask()
    return [row["detail"] for sql, values in asked for row in db.query(f"EXPLAIN QUERY PLAN {sql}", values or ())]


def test_voices_are_speakers_of_a_corpus_and_each_clip_without_one(store: Store, put: Put) -> None:
    for number, (corpus, speaker) in enumerate([("a", "x"), ("a", "x"), ("b", "x"), ("b", ""), ("b", "")]):
        put(number, corpus=corpus, speaker=speaker, duration_s=2.0)
    voices = store.clips.voices()
    assert [(v.corpus, v.speaker, v.clips, v.duration_s) for v in voices if v.speaker] == [
        ("a", "x", 2, 4.0),
        ("b", "x", 1, 2.0),
    ]
    assert [v.clip_id for v in voices if not v.speaker] == [f"{number:032x}" for number in (3, 4)]
    without = store.clips.voices([f"{number:032x}" for number in (0, 2, 3)])
    assert sorted((v.corpus, v.speaker, v.clips) for v in without) == [("a", "x", 1), ("b", "", 1)]


def test_what_is_stated_later_fills_what_was_not(store: Store, put: Put) -> None:
    clip = put(1, corpus="ours")
    assert store.clips.count(ClipFilter(speaker="Ada", text="a")) == 0
    store.clips.describe(clip.id, {"corpus": "theirs", "speaker": "Ada", "licence": "", "name": "other"})
    store.clips.describe("ff" * 16, {"speaker": "nobody's"})
    found = store.clips.get(clip.id)
    assert found is not None
    assert (found.name, found.corpus, found.speaker, found.licence) == ("1.wav", "ours", "Ada", "")
    assert (
        store.clips.find(ClipFilter(text="ADA"))
        == store.clips.find(ClipFilter(speaker="Ada", verdict="none"))
        == [found]
    )
