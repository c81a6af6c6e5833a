"""Formats: whatever can be written reads back the same, in each of them; and what others write is understood."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import formats, plugins
from engine.labelling.rows import COLUMNS, VERDICTS, Row, cells, parsed
from engine.rating.ratings import Ratings
from engine.types import Floats, Trace

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # audformat's, of pandas
SPEC = {"clip": "ab" * 16, "other": "cd" * 16}
ODD = ["NA", "nan", "null", "1", 'a,b;c\t"d"\'', "\r\n", " x ", "ünï 🎧", "=1+1"]
text = st.text(max_size=12) | st.sampled_from(ODD)
OWN = list(COLUMNS)[list(COLUMNS).index("by") :]  # columns that a row does not repeat of its clip
real = st.none() | st.floats(allow_nan=False, allow_infinity=False)
verdict = st.sampled_from(VERDICTS)
embedding = st.none() | st.just(np.arange(4, dtype=np.float32) / 3)
score = st.none() | st.integers(1, 9)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Clips with labels and corrections, as they leave."""
    made = list[Row]()
    for clip_id in SPEC.values():
        facts = {name: draw(text) for name in ("name", "corpus", "speaker", "category", "licence")}
        facts |= {"clip_id": clip_id, "duration_s": draw(st.floats(0.2, 3600))}
        made.append(Row(kind="clip", **facts))
        for _ in range(draw(st.integers(0, 2))):
            made.append(draw(_labels(facts)))
        for _ in range(draw(st.integers(0, 3))):
            made.append(draw(_corrections(facts, len(made))))
    return made


def _labels(facts: dict[str, object]) -> st.SearchStrategy[Row]:
    values = st.lists(st.floats(width=32), min_size=0, max_size=4).map(lambda each: np.array([each] * 3, np.float32).T)
    trace = st.builds(Trace, values, st.floats(0.01, 1), st.floats(0.1, 4), st.floats(0.2, 9))
    return st.builds(
        Row, kind=st.just("label"), by=text.filter(bool), fingerprint=st.uuids().map(str), arousal=real, dominance=real,
        valence=real, made_at=real, speech_s=real, trace=trace, embedding=embedding,
        **{name: st.just(value) for name, value in facts.items()},
    )  # fmt: skip


def _corrections(facts: dict[str, object], number: int) -> st.SearchStrategy[Row]:
    return st.builds(
        Row, kind=st.just("correction"), by=text.filter(bool), arousal=real, dominance=real, valence=real,
        raw_arousal=score, raw_dominance=score, raw_valence=score, verdict=verdict,
        blind=st.booleans(), flag=st.booleans(), shown=text, stated=text, note=text, seconds=real, made_at=real,
        id=st.just(number + 1), undoes=st.none() | st.just(number), token=text,
        **{name: st.just(value) for name, value in facts.items()},
    )  # fmt: skip


def sent(form: str, made: list[Row], folder: Path) -> list[Row]:
    """The rows that come back."""
    path = folder / f"out{len(list(folder.iterdir()))}{plugins.load('formats', form).SUFFIX}"
    formats.write(made, path, form)
    with formats.opened(path) as lines:
        return [parsed(line.cells) for line in lines]


def said(row: Row) -> dict[str, object]:
    """What a row says itself, without what is known of its clip."""
    return {name: cell for name, cell in cells(row).items() if row.kind == "clip" or name in OWN}


def in_order(made: list[Row]) -> list[tuple[object, ...]]:
    return sorted((row.kind, row.clip_id, row.fingerprint, row.id or 0, repr(said(row))) for row in made)


def same(one: Floats | None, other: Floats | None) -> bool:
    return one is other or (one is not None and other is not None and one.tobytes() == other.tobytes())


@pytest.mark.parametrize("form", formats.written())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=rows())
def test_nothing_is_lost_on_the_way(form: str, tmp_path: Path, made: list[Row]) -> None:
    back = sent(form, made, tmp_path)
    assert in_order(back) == in_order(made)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=rows())
def test_parquet_brings_traces_and_embeddings_bit_for_bit(tmp_path: Path, made: list[Row]) -> None:
    for row, back in zip(made, sent("parquet", made, tmp_path), strict=True):
        assert same(row.embedding, back.embedding)
        assert (row.trace is None) == (back.trace is None)
        if row.trace and back.trace:
            assert same(row.trace.values, back.trace.values) and back.trace.values.shape[1:] == (3,)
            theirs, ours = back.trace, row.trace
            assert (theirs.hop_s, theirs.window_s, theirs.duration_s) == (ours.hop_s, ours.window_s, ours.duration_s)


@pytest.mark.parametrize("form", [name for name in formats.written() if not plugins.load("formats", name).SUFFIX])
def test_a_folder_brings_the_sound_and_may_be_packed(form: str, tmp_path: Path) -> None:
    (tmp_path / "sound.flac").write_bytes(b"heard")
    clip = Row(kind="clip", clip_id=SPEC["clip"], name="a.wav", sound=tmp_path / "sound.flac")
    for path in (tmp_path / "folder", tmp_path / "packed.zip"):
        formats.write([clip], path, form)
        with formats.opened(path) as lines:
            (row,) = (parsed(line.cells) for line in lines)
            assert row.sound is not None
            assert row.sound.read_bytes() == b"heard"
    with pytest.raises(ValueError, match="not there yet"):
        formats.write([clip], tmp_path / "folder", form)


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    def broken():  # type: ignore[no-untyped-def]
        yield Row(kind="clip", clip_id="ab")
        raise ValueError("no more")

    path = tmp_path / "labels.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match="no more"):
        formats.write(broken(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["labels", "labels.xyz", "folder"])
def test_what_names_no_format_is_answered_with_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="audformat, csv, huggingface, jsonl, parquet"):
        formats.write([], tmp_path / name)
    (tmp_path / name).write_text("?")
    with pytest.raises(ValueError, match="labelstudio"), formats.opened(tmp_path / name):
        pass


@pytest.mark.parametrize("name", ["x.parquet", "x.json", "x.zip", "nowhere.csv"])
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, name: str) -> None:
    if name != "nowhere.csv":
        (tmp_path / name).write_text("nothing of the kind")
    with pytest.raises(ValueError, match=name), formats.opened(tmp_path / name) as lines:
        list(lines)


def test_a_csv_of_others_may_have_semicolons_and_a_mark_before_its_first_column(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("\ufefffile;act\na.wav;3\n\nb.wav;4;5\n".encode())
    with formats.opened(tmp_path / "x.csv") as lines:
        found = list(lines)
    assert [(line.number, line.cells, bool(line.fault)) for line in found] == [
        (2, {"file": "a.wav", "act": "3"}, False),
        (4, {"file": "b.wav", "act": "4"}, True),
    ]


def test_a_jsonl_line_that_is_none_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"file": "a"}\n{"file":\n[1]\n\n{"file": "b"}\n')
    with formats.opened(tmp_path / "x.jsonl") as lines:
        assert [(line.number, bool(line.fault)) for line in lines] == [(1, False), (2, True), (3, True), (5, False)]


def test_a_dataset_of_others_is_read_from_parquet_or_from_metadata_beside_its_sound(tmp_path: Path) -> None:
    table = pa.table({"audio": [{"bytes": b"...", "path": "one.wav"}], "arousal": [4]})
    (tmp_path / "plain" / "data").mkdir(parents=True)
    pq.write_table(table, tmp_path / "plain" / "data" / "train-0.parquet")
    (tmp_path / "folder" / "train").mkdir(parents=True)
    (tmp_path / "folder" / "train" / "one.wav").write_bytes(b"heard")
    (tmp_path / "folder" / "train" / "metadata.csv").write_text("file_name,arousal\none.wav,4\n../../secret.wav,2\n")
    (tmp_path / "secret.wav").write_bytes(b"not theirs to bring")
    for name in ("plain", "folder"):
        with formats.opened(tmp_path / name) as lines:
            found = [Ratings(1, 7).row(line.cells) for line in lines]
        assert found[0] is not None
        assert (found[0].name, found[0].arousal) == ("one.wav", 0.5)
    assert found[0].sound == tmp_path / "folder" / "train" / "one.wav"
    assert found[1] is not None
    assert found[1].sound is None


def test_a_zip_brings_nothing_from_outside_itself(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("../../escaped.jsonl", "{}")
        packed.writestr("metadata.jsonl", '{"file_name": "a.wav", "arousal": 2}\n')
    with formats.opened(tmp_path / "x.zip") as lines:
        assert [line.cells["arousal"] for line in lines if "arousal" in line.cells] == [2]
    assert not list(tmp_path.parent.glob("escaped*"))


def test_label_studio_is_read_in_both_its_forms(tmp_path: Path) -> None:
    def answer(name: str, kind: str, value: object) -> dict[str, object]:
        return {"from_name": name, "to_name": "audio", "type": kind, "value": {kind: value}}

    task = {
        "id": 9,
        "data": {"text": "say a.b", "audio": "/data/upload/3/1a2b3c4d-calm%20voice.wav"},
        "annotations": [
            {
                "completed_by": 2,
                "lead_time": 4.5,
                "created_at": "2021-03-09T22:16:08.728353Z",
                "result": [
                    answer("act", "rating", 4),
                    answer("dom", "number", 2.5),
                    answer("val", "choices", ["good"]),
                ],
            },
            {"completed_by": 3, "was_cancelled": True, "result": []},
        ],
    }
    flat = {
        "audio": "/data/local-files/?d=voices/ada/1.wav",
        "act": 1,
        "val": {"choices": ["good"]},
        "annotator": "a@b",
    }
    (tmp_path / "x.json").write_text(json.dumps([task, flat, 7]))
    with formats.opened(tmp_path / "x.json") as lines:
        found = list(lines)
    ratings = Ratings(1, 5, columns=("act", "dom", "val"), words={"good": 5})
    full, short = (ratings.row(line.cells) for line in found[:2])
    assert full is not None
    assert (full.name, full.by, full.adv, full.seconds) == (
        "/data/upload/3/calm voice.wav",
        "Label Studio 2",
        (0.75, 0.375, 1),
        4.5,
    )
    assert full.made_at == 1615328168.728353
    assert short is not None
    assert (short.name, short.by, short.adv) == ("voices/ada/1.wav", "a@b", (0, None, 1))
    assert found[2].fault and [line.number for line in found] == [1, 2, 3]


def test_an_audformat_database_of_others_is_read_by_its_filewise_tables(tmp_path: Path) -> None:
    import audformat

    database = audformat.Database("theirs")
    database.schemes["act"] = audformat.Scheme("float")
    database["ratings"] = audformat.Table(audformat.filewise_index(["audio/1.wav", "audio/2.wav"]))
    database["ratings"]["act"] = audformat.Column(scheme_id="act")
    database["ratings"]["act"].set([0.25, None])
    database["spans"] = audformat.Table(audformat.segmented_index(["audio/1.wav"], ["0s"], ["1s"]))
    database.save(tmp_path)
    with formats.opened(tmp_path) as lines:
        found = [line.cells for line in lines]
    assert found == [{"file": "audio/1.wav", "act": 0.25}, {"file": "audio/2.wav", "act": None}]
