import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.labelling import answering, shard, shard_check
from engine.labelling.shard import KEY, SCHEMA, Shard, Wanted
from engine.teachers import loudness

STATED = {"teacher": "loudness", "fingerprint": loudness.SPEC.fingerprint, "clips": "x"}
ROW: dict[str, Any] = {
    "clip_id": "ab", "name": "ab.wav", "reason": "", "arousal": 0.1, "dominance": 0.2, "valence": None,
    "trace": [0.1, None, 0.3], "hop_s": 0.25, "window_s": 1.0, "duration_s": 1.0, "embedding": [0.1, 0.2],
    "speech_s": 0.5, "made_at": 1.0,
}  # fmt: skip


def written(path: Path, rows: list[dict[str, Any]], said: object = STATED, schema: pa.Schema = SCHEMA) -> Path:
    pq.write_table(pa.Table.from_pylist(rows, schema.with_metadata({KEY: json.dumps(said)})), path)
    return path


def test_what_a_shard_holds_is_what_the_teacher_said(tmp_path: Path, sample_files: list[Path]) -> None:
    clip = Wanted("ab", str(sample_files[0]), "ab.wav", 5.0)
    shard.manifest(tmp_path, "loudness").write_text(json.dumps(clip.__dict__) + "\n")
    asked = Shard(str(tmp_path), "loudness", 0, 1)
    shard.make(asked)
    assert shard_check.checked(asked.file) == loudness.SPEC
    (row,) = shard_check.rows(asked.file)
    said = answering.answer("loudness", clip.path, 5.0)
    np.testing.assert_array_equal(row.adv, said.adv)
    np.testing.assert_array_equal(row.trace.values, said.trace.values)
    np.testing.assert_array_equal(row.embedding, said.embedding)
    assert (row.trace.hop_s, row.trace.window_s) == (said.trace.hop_s, said.trace.window_s)
    assert (row.trace.duration_s, row.speech_s, row.reason) == (said.duration_s, said.speech_s, "")


def test_rows_without_speech_or_answer_are_good(tmp_path: Path) -> None:
    quiet = {**ROW, "clip_id": "cd", **dict.fromkeys(("arousal", "dominance", "valence", "embedding")), "speech_s": 0.0}
    failed = {"clip_id": "ef", "name": "ef.wav", "reason": "Too short.", "made_at": 1.0}
    path = written(tmp_path / "a.parquet", [ROW, quiet, failed])
    shard_check.checked(path)
    first, second, third = shard_check.rows(path)
    assert (np.isnan(first.adv).tolist(), np.isnan(second.adv).all()) == ([False, False, True], True)
    assert (second.embedding, third.reason) == (None, "Too short.")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no Parquet": (lambda path: path.write_bytes(b"nothing"), "damaged"),
    "cut short": (lambda path: path.write_bytes(written(path, [ROW]).read_bytes()[:900]), "damaged"),
    "another's": (lambda path: pq.write_table(pa.table({"clip_id": ["ab"], "sad": [1]}), path), "lacks arousal.* sad"),
    "doubles": (
        lambda path: written(path, [ROW], schema=SCHEMA.set(1, pa.field("arousal", pa.float64()))),
        "another type are arousal",
    ),
    "silent": (lambda path: written(path, [ROW], None), "does not say which teacher"),
    "stranger": (lambda path: written(path, [ROW], {**STATED, "teacher": "nobody"}), "no teacher called 'nobody'"),
    "older": (lambda path: written(path, [ROW], {**STATED, "fingerprint": "0" * 16}), "another version of the teacher"),
    "twice": (lambda path: written(path, [ROW, ROW]), "or one twice"),
    "endless": (lambda path: written(path, [{**ROW, "valence": float("inf")}]), "of the clip ab a value is endless"),
    "endless trace": (lambda path: written(path, [{**ROW, "trace": [0, 0, float("-inf")]}]), "a value is endless"),
    "ragged": (lambda path: written(path, [{**ROW, "trace": [0.1, 0.2]}]), "no whole rows"),
    "timeless": (lambda path: written(path, [{**ROW, "hop_s": 0.0}]), "hop_s is no length"),
    "undated": (lambda path: written(path, [{**ROW, "made_at": None}]), "when it was labelled"),
    "uneven": (lambda path: written(path, [ROW, {**ROW, "clip_id": "c", "embedding": [1.0]}]), "several lengths"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_file_is_a_sentence(tmp_path: Path, name: str) -> None:
    make, words = BROKEN[name]
    make(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match=words) as refused:
        shard_check.checked(tmp_path / "a.parquet")
    assert str(refused.value).endswith(".")
    assert "a.parquet" in str(refused.value) or name == "stranger"
