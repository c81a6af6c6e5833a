"""engine.sound.decode: formats, by content, whole or cut short, with ffmpeg and without."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from engine.sound import audio
from engine.sound.audio import AudioError
from tests.sounds import tone, written

ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")


def test_an_mp3_is_read_to_its_end_though_its_first_frames_promise_less(tmp_path: Path) -> None:
    quiet, loud = np.full(20 * 16_000, 1e-9), np.random.default_rng(1).normal(0, 0.3, 20 * 16_000)
    source = tmp_path / "a.mp3"
    with sf.SoundFile(source, "w", 16_000, 1, "MPEG_LAYER_III", format="MP3", bitrate_mode="VARIABLE") as file:
        file.write(np.concatenate([loud, quiet]))
    frames = source.read_bytes()
    source.write_bytes(frames[frames.index(b"\xff", 200) :])  # without the first frame, which states the length
    assert sf.info(source).duration < 39
    assert len(audio.read(source)) / 16_000 == pytest.approx(40, abs=0.2)


@pytest.mark.parametrize("form", ["FLAC", "WAV", "OGG", "MP3"])
def test_a_file_cut_short_gives_what_it_holds(tmp_path: Path, form: str) -> None:
    subtype = {"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}.get(form, "PCM_16")
    noise = np.random.default_rng(2).normal(0, 0.1, 160_000)
    source = written(tmp_path / "a", noise, form=form, subtype=subtype)
    whole = audio.read(source)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    heard = audio.read(source)
    assert 60_000 < len(heard) < 90_000
    assert np.allclose(heard[:60_000], whole[:60_000], atol=1e-6)


@ffmpeg
@pytest.mark.parametrize("suffix", [".m4a", ".webm", ".aac", ".wma", ".mp4"])
def test_other_formats_through_ffmpeg(tmp_path: Path, suffix: str) -> None:
    both = np.stack([tone(rate=48_000), np.zeros(48_000, np.float32)], axis=1)
    made = tmp_path / f"it's a % file{suffix}"
    source = written(tmp_path / "a.wav", both, 48_000)
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, "-b:a", "128k", made], check=True)
    heard = audio.read(made)
    assert len(heard) / 16_000 == pytest.approx(1, abs=0.06)
    assert np.abs(heard[4_000:12_000]).max() == pytest.approx(0.25, abs=0.02)
    assert np.abs(np.fft.rfft(heard[4_000:12_000])).argmax() * 2 == 300
    with pytest.raises(AudioError, match=r"over 0\.5 s"):
        audio.read(made, max_s=0.5)


@ffmpeg
def test_video_without_sound(tmp_path: Path) -> None:
    made = tmp_path / "a.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=64x64:duration=1", made], check=True)
    with pytest.raises(AudioError, match="without sound"):
        audio.read(made)


@ffmpeg
@pytest.mark.parametrize(
    "text",
    ["ffconcat version 1.0\nfile a.wav\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.wav\n#EXT-X-ENDLIST\n"],
)
def test_a_playlist_reaches_no_other_file(tmp_path: Path, text: str) -> None:
    written(tmp_path / "a.wav", tone())
    (tmp_path / "list.m4a").write_text(text)
    with pytest.raises(AudioError, match="not audio"):
        audio.read(tmp_path / "list.m4a")


def test_without_ffmpeg_a_person_learns_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert len(audio.read(written(tmp_path / "a.wav", tone()))) == 16_000
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x18ftypM4A " + bytes(99))
    with pytest.raises(AudioError, match="install ffmpeg"):
        audio.read(tmp_path / "a.m4a")
