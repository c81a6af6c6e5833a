import errno
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from app.jobs import work
from engine import plugins
from engine.labelling import listen
from engine.sound import audio
from store.db import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as store:
        yield store


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Six sounds, of which two are the same, and two files that are none."""
    folder = tmp_path / "emo"
    (folder / "ada").mkdir(parents=True)
    noise = np.random.default_rng(0)
    for number in range(5):
        sf.write(folder / "ada" / f"{number}.wav", noise.normal(0, 0.1, 8000), 16_000)
    (folder / "again.wav").write_bytes((folder / "ada" / "0.wav").read_bytes())
    (folder / "broken.wav").write_bytes(b"RIFF and nothing")
    (folder / "empty.flac").touch()
    return folder


def end(steps: Iterator[work.Progress]) -> dict[str, Any]:
    """Run to the end: progress never goes back, ends at 1, and only the last step has a result."""
    *before, last = steps
    parts = [step.part for step in (*before, last)]
    assert parts == sorted(parts)
    assert parts[-1] == 1
    assert all(step.result is None for step in before)
    assert last.result is not None
    return last.result


def snapshot(store: Store) -> list[tuple[str, bytes]]:
    return [(str(clip), store.clips.audio(clip.id).read_bytes()) for clip in store.clips.find()]


def test_a_folder_comes_in_and_what_does_not_is_listed_with_its_reason(store: Store, sounds: Path) -> None:
    job_id = store.jobs.add("import", {})
    result = end(work.import_folder(store, sounds, job_id))
    assert (result["added"], result["already_there"]) == (5, 1)
    assert [Path(refused["path"]).name for refused in result["refused"]] == ["broken.wav", "empty.flac"]
    assert [(r.path, r.reason) for r in store.jobs.refusals(job_id)] == [
        (refused["path"], refused["reason"]) for refused in result["refused"]
    ]
    assert all(refused["reason"].endswith(".") for refused in result["refused"])
    assert {clip.name for clip in store.clips.find()} == {f"ada/{number}.wav" for number in range(5)}
    assert store.clips.corpora() == ["emo"]


def test_the_library_holds_the_same_samples(store: Store, sounds: Path) -> None:
    end(work.import_folder(store, sounds))
    for clip in store.clips.find():
        samples = audio.read(store.clips.audio(clip.id))
        np.testing.assert_array_equal(samples, audio.read(clip.source))
        assert clip.duration_s == len(samples) / 16_000
        assert clip.peak == np.abs(samples).max()


def test_importing_twice_changes_nothing(store: Store, sounds: Path) -> None:
    end(work.import_folder(store, sounds))
    before = snapshot(store)
    result = end(work.import_folder(store, sounds))
    assert (result["added"], result["already_there"], len(result["refused"])) == (0, 6, 2)
    assert snapshot(store) == before
    assert len(store.jobs.refusals(None)) == 2
    assert list((store.folder / "scratch").iterdir()) == []


def test_an_empty_folder_and_no_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert end(work.import_folder(store, tmp_path / "nothing")) == {"added": 0, "already_there": 0, "refused": []}
    with pytest.raises(ValueError, match="no folder"):
        next(work.import_folder(store, tmp_path / "nowhere"))


def test_a_full_disk_stops_an_import_with_a_sentence(
    store: Store, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ROOM_BYTES", 2**62)
    with pytest.raises(ValueError, match="full; make room"):
        end(work.import_folder(store, sounds))
    assert store.jobs.refusals(None) == []


def test_what_the_corpus_says_is_kept(store: Store, sounds: Path) -> None:
    (sounds / "metadata.csv").write_text(
        "file,speaker,sex,language,category,licence,split\nada/1.wav,ada,female,de,joy,CC0-1.0,test\n"
    )
    assert end(work.import_folder(store, sounds))["added"] == 1
    (clip,) = store.clips.find()
    kept = (clip.corpus, clip.speaker, clip.sex, clip.language, clip.category, clip.licence, clip.split)
    assert kept == ("emo", "ada", "female", "de", "joy", "CC0-1.0", "test")


def test_a_job_that_goes_on_does_not_decode_again_what_it_has_and_a_new_job_does(store: Store, sounds: Path) -> None:
    store.jobs.add("import", {})
    job = store.jobs.claim("w")
    assert job is not None
    end(work.import_folder(store, sounds, job.id))
    (sounds / "ada" / "1.wav").write_bytes(b"broken since")
    assert end(work.import_folder(store, sounds, job.id))["added"] == 5
    store.jobs.add("import", {})
    later = store.jobs.claim("w")
    assert later is not None
    result = end(work.import_folder(store, sounds, later.id))
    assert (result["added"], result["already_there"], len(result["refused"])) == (0, 5, 3)


def test_a_single_sound_is_kept_with_what_its_teacher_said(store: Store, sounds: Path) -> None:
    plugin = plugins.load("teachers", "loudness")
    path = sounds / "ada" / "1.wav"
    answer = listen.answer(plugin.load(), audio.read(path))
    clip_id = work.keep(store, path, "My voice", [(plugin.SPEC, answer)])
    clip = store.clips.get(clip_id)
    assert clip is not None
    assert (clip.name, clip.source, clip.speech_s) == ("My voice", "", answer.speech_s)
    assert store.labels.missing(plugin.SPEC.fingerprint) == []
    assert work.keep(store, path, "Again") == clip_id
    assert [clip.name for clip in store.clips.find()] == ["My voice"]
    with pytest.raises(audio.AudioError):
        work.keep(store, sounds / "broken.wav", "Broken")


def test_an_import_and_a_deletion_at_once_leave_rows_and_files_in_step(store: Store, sounds: Path) -> None:
    done = threading.Event()

    def delete() -> None:
        while not done.is_set():
            store.clips.delete([clip.id for clip in store.clips.find()])

    thread = threading.Thread(target=delete)
    thread.start()
    for _ in range(5):
        end(work.import_folder(store, sounds / "ada"))
    done.set()
    thread.join()
    files = {path.stem for path in (store.folder / "audio").glob("*/*")}
    assert files == {clip.id for clip in store.clips.find()}


def test_the_unexpected_is_told_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert work.sentence(ValueError("Say it again.")) == "Say it again."
    with caplog.at_level("DEBUG"):
        assert work.sentence(KeyError("x")) == "Something unexpected: KeyError: 'x'."
    assert "KeyError" in caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "make room"),
        (sqlite3.OperationalError("database or disk is full"), "make room"),
        (RuntimeError("[enforce fail] . PytorchStreamWriter failed writing file data/3"), "make room"),
        (MemoryError(), "close other programs"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "close other programs"),
        (KeyError("folder"), "Something unexpected: KeyError"),
    ],
)
def test_what_the_machine_lacks_is_said_with_what_to_do(error: Exception, words: str) -> None:
    assert words in work.sentence(error)
