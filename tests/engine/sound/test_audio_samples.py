"""The bundled sample clips: short, small, different from each other, and called what they are."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile as sf

from engine.labelling import listen
from engine.sound import audio, speech
from engine.teachers import loudness

FOLDER = Path(__file__).parents[3] / "assets" / "samples"
CLIPS = json.loads((FOLDER / "samples.json").read_text("utf-8"))


def test_the_list_and_the_files_agree() -> None:
    assert len(CLIPS) >= 6
    assert {clip["file"] for clip in CLIPS} == {path.name for path in FOLDER.glob("*.flac")}
    for clip in CLIPS:
        assert set(clip) == {"file", "title", "text", "description"} and all(clip.values())
        assert "synthetic" in clip["description"].lower()
        assert clip["file"] in (FOLDER / "README.md").read_text("utf-8")


def test_the_clips_are_short_small_and_spoken() -> None:
    for clip in CLIPS:
        kept = sf.info(FOLDER / clip["file"])
        assert (kept.samplerate, kept.channels, kept.format, kept.subtype) == (16_000, 1, "FLAC", "PCM_16")
        assert 3 <= kept.duration <= 6
        spoken_s = sum(end - start for start, end in speech.spans(audio.read(FOLDER / clip["file"])))
        assert spoken_s > 0.8 * kept.duration, clip["file"]
    assert sum(path.stat().st_size for path in FOLDER.glob("*.flac")) < 1_000_000
    assert any(abs(sf.info(FOLDER / clip["file"]).duration - 5) < 0.5 for clip in CLIPS)


def test_the_louder_clip_has_more_arousal() -> None:
    names = ("furious", "delighted", "matter_of_fact", "weary", "whisper")
    model = loudness.load()
    arousal = [listen.answer(model, audio.read(FOLDER / f"{name}.flac")).adv[0] for name in names]
    assert all(louder > softer + 0.02 for louder, softer in pairwise(arousal))


def test_boiling_over_rises() -> None:
    trace = listen.answer(loudness.load(), audio.read(FOLDER / "boiling_over.flac")).trace.values[:, 0]
    assert np.nanmax(trace[-2:]) > np.nanmax(trace[:2]) + 0.1
