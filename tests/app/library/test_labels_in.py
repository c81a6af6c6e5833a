"""Labels out and in again: a round trip into a library with the same sound loses nothing, whatever was said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.library import labels_in, labels_out
from engine import formats, plugins
from engine.rating.ratings import Ratings
from engine.types import Trace
from store.db import Store
from store.filters import ClipFilter
from store.records import ClipRecord, CorrectionRecord, LabelRecord
from tests.sounds import tone

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # audformat's, of pandas
IDS = ("ab" * 16, "cd" * 16)
WAYS = [name for name in formats.written() if name != "parquet"] + ["parquet"]
text = st.text(max_size=8) | st.sampled_from(["NA", 'a,b;c\t"d"\'', "\r\n", " x ", "ünï 🎧", "=1"])
real = st.floats(allow_nan=False, allow_infinity=False)
axes = st.tuples(*[st.none() | real] * 3)
scores = st.tuples(*[st.none() | st.integers(1, 9)] * 3)
floats = st.floats(width=32)
finite = st.just(float("nan")) | st.floats(width=32, allow_infinity=False)


@st.composite
def said(draw: st.DrawFn) -> list[tuple[CorrectionRecord, int | None]]:
    """Answers, and which earlier one each takes back instead."""
    made = st.builds(
        CorrectionRecord, clip_id=st.sampled_from(IDS), rater=text.filter(bool), raw=scores, adv=axes,
        verdict=st.sampled_from(["accept", "correct", "reject", "skip"]), blind=st.booleans(), seconds=real, note=text,
        made_at=real, shown=text, flag=st.booleans(), stated=text,
    )  # fmt: skip
    found = draw(st.lists(made, max_size=6))
    return [(each, draw(st.none() | st.integers(0, n - 1)) if n else None) for n, each in enumerate(found)]


@st.composite
def labels(draw: st.DrawFn) -> LabelRecord:
    values = np.array(draw(st.lists(st.tuples(floats, floats, floats), min_size=1, max_size=3)), np.float32)
    return LabelRecord(
        clip_id=draw(st.sampled_from(IDS)), teacher=draw(text.filter(bool)), fingerprint=draw(text),
        adv=np.array(draw(st.tuples(finite, finite, finite)), np.float32),
        trace=Trace(values, draw(real), draw(real), 1.0),
        embedding=draw(st.none() | st.just(np.arange(3, dtype=np.float32))), speech_s=draw(real), made_at=draw(real),
    )  # fmt: skip


def clip(number: int, **facts: Any) -> ClipRecord:
    return ClipRecord(id=IDS[number], name=f"{number}.wav", duration_s=1.0, peak=0.5, rms=0.1, **facts)


def put(store: Store, *clips: ClipRecord) -> None:
    for each in clips:
        with store.scratch() as file:
            file.write_bytes(b"sound of " + each.id.encode())
            store.clips.add(each, file)


def history(store: Store) -> list[list[tuple[CorrectionRecord, int | None]]]:
    """What was said of each clip, with the place of what was taken back; ids and tokens are each store's own."""
    found = []
    for clip_id in IDS:
        rows = store.corrections.history(clip_id)
        places = {row.id: place for place, row in enumerate(rows)}
        plain = [replace(row, id=0, token="", undoes=None) for row in rows]
        found.append([(row, places.get(kept.undoes or 0)) for row, kept in zip(plain, rows, strict=True)])
    return found


def answers(store: Store, traces: bool) -> list[tuple[object, ...]]:
    def bits(label: LabelRecord) -> tuple[object, ...]:
        trace, embedding = label.trace, label.embedding
        inside = (trace.values.tobytes(), trace.hop_s, trace.window_s, embedding is not None and embedding.tobytes())
        plain = (label.teacher, label.fingerprint, label.adv.tobytes(), label.speech_s, label.made_at)
        return (label.clip_id, *plain, *(inside if traces else ()))

    return sorted((bits(label) for each in store.labels.every(IDS).values() for label in each), key=repr)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "empty") as store:
        yield store


@pytest.mark.parametrize("form", WAYS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(corrections=said(), taught=st.lists(labels(), max_size=3))
def test_a_round_trip_loses_nothing(
    form: str,
    tmp_path_factory: pytest.TempPathFactory,
    corrections: list[tuple[CorrectionRecord, int | None]],
    taught: list[LabelRecord],
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    path = folder / f"labels{plugins.load('formats', form).SUFFIX}"
    with Store(folder / "one") as one, Store(folder / "other") as other:
        put(one, clip(0, corpus="c", speaker="s", sex="f"), clip(1, language="de", category="joy", licence="MIT"))
        put(other, clip(0), clip(1))
        ids = list[int]()
        for record, earlier in corrections:
            standing = {row.id for each in one.corrections.ratings().values() for row in each}
            if earlier is not None and ids[earlier] in standing:
                ids.append(one.corrections.undo(ids[earlier], record.rater).id)
            else:
                ids.append(one.corrections.add(record).id)
        for label in taught:
            one.labels.add(label)
        labels_out.write(one, path, form)
        taken = labels_in.take_in(other, path, form)
        assert (taken.refused, taken.corrections, taken.clips) == ([], len(ids), 0)
        assert history(other) == history(one)
        assert {k: [r.rater for r in v] for k, v in other.corrections.ratings().items()} == {
            k: [r.rater for r in v] for k, v in one.corrections.ratings().items()
        }
        assert answers(other, form == "parquet") == answers(one, form == "parquet")
        own = {each.id: {"added_at": each.added_at, "speech_s": each.speech_s} for each in other.clips.find()}
        assert other.clips.find() == [replace(each, **own[each.id]) for each in one.clips.find()]
        for again in (one, other):
            before = again.corrections.count()
            there = labels_in.take_in(again, path, form)
            assert (there.labels, there.corrections, there.refused) == (0, 0, [])
            assert again.corrections.count() == before


def test_a_folder_with_sound_fills_an_empty_library(empty: Store, tmp_path: Path) -> None:
    from app.jobs import work

    sf.write(tmp_path / "voice.wav", tone(seconds=0.5), 16_000)
    with Store(tmp_path / "one") as one:
        kept = work.keep(one, tmp_path / "voice.wav", "ada/voice.wav")
        one.clips.describe(kept, {"speaker": "Ada"})
        one.corrections.add(CorrectionRecord(clip_id=kept, rater="bo", verdict="reject"))
        for form in ("huggingface", "audformat"):
            labels_out.write(one, tmp_path / form, form)
            with Store(tmp_path / f"library-{form}") as library:
                taken = labels_in.take_in(library, tmp_path / form)
                assert (taken.clips, taken.corrections, taken.refused) == (1, 1, [])
                (found,) = library.clips.find()
                assert (found.id, found.name, found.speaker) == (kept, "ada/voice.wav", "Ada")
                assert library.clips.audio(kept).read_bytes() == one.clips.audio(kept).read_bytes()


GOLD = """file,act,val,who
a/0.wav,1,7,ann
0,4,4,bob
nobody.wav,3,3,ann
1.mp3,8,1,ann
1.wav,three,1,ann
1.wav,,,ann
b/2.wav,2,2,ann
"""


def test_gold_labels_find_their_clips_and_bad_lines_are_listed(empty: Store, tmp_path: Path) -> None:
    put(empty, clip(0, source="/somewhere/a/0.wav"), clip(1))
    (tmp_path / "gold.csv").write_text(GOLD)
    ratings = Ratings(1, 7, columns=("act", "dom", "val"))
    taken = labels_in.take_in(empty, tmp_path / "gold.csv", ratings=ratings)
    assert taken.corrections == 2
    assert [each["line"] for each in taken.refused] == [4, 5, 6, 7, 8]
    reasons = " ".join(each["reason"] for each in taken.refused)
    assert all(part in reasons for part in ("not in the library", "act is 8", "'three'", "nothing is rated"))
    one, other = empty.corrections.history(IDS[0])
    assert (one.rater, one.adv, one.blind, one.shown, one.verdict) == ("gold", (0, None, 1), True, "import", "correct")
    assert json.loads(one.stated) == {"scale": [1, 7], "values": [1, None, 7]}
    assert other.adv == (0.5, None, 0.5)
    again = labels_in.take_in(empty, tmp_path / "gold.csv", ratings=ratings)
    assert (again.corrections, again.already_there) == (0, 2)
    assert empty.clips.count(ClipFilter(rater="gold")) == 1


def test_a_name_of_two_clips_is_told_apart_by_its_path_or_not_at_all(empty: Store, tmp_path: Path) -> None:
    put(empty, replace(clip(0), name="ada/1.wav"), replace(clip(1), name="bo/1.flac"))
    (tmp_path / "x.jsonl").write_text(
        "".join(json.dumps({"path": name, "arousal": 1}) + "\n" for name in ("1.wav", r"C:\bo\1.wav", "x/ada/1"))
    )
    taken = labels_in.take_in(empty, tmp_path / "x.jsonl", ratings=Ratings(0, 2, rater="ann"))
    assert taken.refused == [{"line": 1, "reason": "1.wav is the name of 2 clips; say more of its path."}]
    assert [row.adv[0] for clip_id in IDS for row in empty.corrections.history(clip_id)] == [0.5, 0.5]


def test_what_is_not_declared_or_names_no_column_is_a_sentence(empty: Store, tmp_path: Path) -> None:
    put(empty, clip(0))
    (tmp_path / "gold.csv").write_text(GOLD)
    with pytest.raises(ValueError, match="from where to where"):
        labels_in.take_in(empty, tmp_path / "gold.csv")
    with pytest.raises(ValueError, match="called arousal, dominance, valence; there are: file, act, val, who"):
        labels_in.take_in(empty, tmp_path / "gold.csv", ratings=Ratings(1, 7))
    assert empty.corrections.count() == 0


def test_rows_of_ours_that_are_wrong_do_not_stop_the_others(empty: Store, tmp_path: Path) -> None:
    put(empty, clip(0), clip(1))
    first = empty.corrections.add(CorrectionRecord(clip_id=IDS[0], rater="ada", verdict="skip", made_at=1.0))
    empty.corrections.undo(first.id, "ada")
    labels_out.write(empty, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    place = next(n for n, line in enumerate(lines) if line["kind"] == "correction")
    lines[place]["verdict"] = "perhaps"
    lines.append(lines[place] | {"clip_id": "ef" * 16, "verdict": "skip"})
    lines.append(lines[place] | {"clip_id": IDS[1], "verdict": "skip", "note": "fine", "token": ""})
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with Store(tmp_path / "other") as other:
        put(other, clip(0), clip(1))
        taken = labels_in.take_in(other, tmp_path / "in.jsonl")
        reasons = {each["line"]: each["reason"] for each in taken.refused}
        assert "'perhaps'" in reasons[place + 1]
        assert "takes back the correction 1, which did not come" in reasons[place + 2]
        assert "not in the library" in reasons[len(lines) - 1]
        assert [row.note for row in other.corrections.history(IDS[1])] == ["fine"]


def test_corrections_of_a_deleted_clip_leave_too(empty: Store, tmp_path: Path) -> None:
    put(empty, clip(0))
    empty.corrections.add(CorrectionRecord(clip_id=IDS[0], rater="ada", verdict="skip"))
    empty.clips.delete([IDS[0]])
    assert labels_out.write(empty, tmp_path / "x.csv") == {"clips": 0, "labels": 0, "corrections": 1}
    put(empty, clip(0))
    assert labels_in.take_in(empty, tmp_path / "x.csv").already_there == 1
