"""Makes some two hundred sound files, most of them damaged, the same ones each time.

The name's first word says what has to come of a file: `good` is read, `bad` is refused, `maybe` is either.
"""

import io
import shutil
import struct
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import soundfile as sf

Files = Iterator[tuple[str, bytes]]

FORMS = {  # name: suffix, libsndfile's format, its subtype, Hz, channels
    "8-bit-mono": (".wav", "WAV", "PCM_U8", 8_000, 1),
    "16-bit": (".wav", "WAV", "PCM_16", 16_000, 1),
    "6-channel": (".wav", "WAVEX", "PCM_24", 192_000, 6),
    "float": (".wav", "WAV", "FLOAT", 44_100, 2),
    "double": (".w64", "W64", "DOUBLE", 11_025, 1),
    "telephone": (".wav", "WAV", "ULAW", 8_000, 1),
    "adpcm": (".wav", "WAV", "IMA_ADPCM", 22_050, 1),
    "rf64": (".rf64", "RF64", "PCM_32", 48_000, 2),
    "sphere": (".wav", "NIST", "PCM_16", 16_000, 1),
    "flac": (".flac", "FLAC", "PCM_16", 48_000, 2),
    "flac24": (".flac", "FLAC", "PCM_24", 96_000, 6),
    "vorbis": (".ogg", "OGG", "VORBIS", 44_100, 2),
    "opus": (".opus", "OGG", "OPUS", 48_000, 1),
    "mp3": (".mp3", "MP3", "MPEG_LAYER_III", 44_100, 2),
    "aiff": (".aiff", "AIFF", "PCM_24", 32_000, 2),
    "au": (".au", "AU", "PCM_16", 22_050, 1),
    "caf": (".caf", "CAF", "ALAC_16", 44_100, 2),
}
BY_FFMPEG = {"aac": ".m4a", "opus-in-webm": ".webm", "wma": ".wma", "adts": ".aac"}
STRANGE = (
    ".wav",
    ".flac",
    ".ogg",
    ".opus",
    ".mp3",
    ".m4a",
    ".webm",
    ".aac",
    ".au",
    ".snd",
    ".vox",
    ".gsm",
    ".raw",
    ".xyz",
    "",
)
MARKS = (
    b"RIFF",
    b"fLaC",
    b"OggS",
    b"ID3\4",
    b"\xff\xfb\x90\0",
    b"FORM",
    b".snd",
    b"caff",
    b"\xff\xf1\x50\x80",
    b"\x1aE\xdf\xa3",
    b"\1\4",
)


def make(folder: Path) -> list[Path]:
    """Write the files into a folder, which is made; what ffmpeg has to make is left out where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, paths = np.random.default_rng(7), []
    whole = {name: (form[0], _written(_sound(*form[3:]), form)) for name, form in FORMS.items()} | dict(
        _by_ffmpeg(folder)
    )
    for name, data in [*_broken(whole, rng), *_unheard(), *_not_audio(rng)]:
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    return paths


def _sound(rate: int, channels: int, seconds: float = 1.2) -> np.ndarray:
    t = np.arange(int(rate * seconds)) / rate
    tone = 0.4 * np.sin(2 * np.pi * 220 * t) * (1 + np.sin(2 * np.pi * 4 * t)) / 2
    return np.stack([tone * (1 - k / 8) for k in range(channels)], axis=1)


def _written(samples: np.ndarray, form: tuple[str, str, str, int, int]) -> bytes:
    file = io.BytesIO()
    sf.write(file, samples, form[3], subtype=form[2], format=form[1])
    return file.getvalue()


def _by_ffmpeg(folder: Path) -> Iterator[tuple[str, tuple[str, bytes]]]:
    if not shutil.which("ffmpeg"):
        return
    source, quiet = folder / "source.wav", ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    sf.write(source, _sound(44_100, 2), 44_100)
    for name, suffix in BY_FFMPEG.items():
        made = source.with_suffix(suffix)
        subprocess.run([*quiet, "-i", source, made], check=True)
        yield name, (suffix, made.read_bytes())
        made.unlink()
    source.unlink()


def _broken(whole: dict[str, tuple[str, bytes]], rng: np.random.Generator) -> Files:
    """Each format whole, under a wrong suffix, cut at the end or start, with flipped bits, and as a bare header."""
    for name, (suffix, data) in whole.items():
        yield f"good whole {name}{suffix}", data
        yield f"good wrong suffix {name}{'.mp3' if suffix != '.mp3' else '.wav'}", data
        for k, part in enumerate(rng.uniform(0.05, 0.95, 3)):
            yield f"maybe cut {k} {name}{suffix}", data[: int(part * len(data))]
        yield f"maybe headless {name}{suffix}", data[int(rng.uniform(0.05, 0.5) * len(data)) :]
        yield f"maybe header {name}{suffix}", data[: int(rng.integers(4, 60))]
        for k, (reach, flips) in enumerate([(len(data), 40), (64, 3)]):
            flipped = np.frombuffer(data, np.uint8).copy()
            flipped[rng.integers(0, reach, flips)] ^= np.uint8(1) << rng.integers(0, 8, flips).astype(np.uint8)
            yield f"maybe flipped {k} {name}{suffix}", flipped.tobytes()


def _unheard() -> Files:
    """Sound files in order, with nothing in them to hear."""
    flac, single = FORMS["flac"], FORMS["float"]
    speech = _sound(44_100, 2)
    for value in (np.nan, np.inf, -np.inf):
        damaged = speech.copy()
        damaged[1000, 1] = value
        yield f"bad value {value}.wav", _written(damaged, single)
    for level in (0.0, 1e-6):
        yield f"bad silence {level}.wav", _written(np.full((44_100, 2), level), single)
    for samples, form in product((0, 1, 100), (flac, single)):
        yield f"bad short {samples}{form[0]}", _written(speech[:samples], form)


def _not_audio(rng: np.random.Generator) -> Files:
    for suffix in STRANGE:
        yield f"bad random{suffix}", rng.bytes(int(rng.integers(1, 40_000)))
        yield f"bad empty{suffix}", b""
    for mark, suffix in product(MARKS, (".wav", ".mp3")):
        yield f"bad random after {mark.hex()}{suffix}", mark + rng.bytes(20_000)
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:9/clip.ts\n#EXT-X-ENDLIST\n"
    for text in (
        "hello, I am not a sound\n" * 50,
        "<html><body>404</body></html>",
        "ffconcat version 1.0\nfile a.wav\n",
        playlist,
    ):
        yield f"bad text {len(text)}.wav", text.encode()
        yield f"bad text {len(text)}.m4a", text.encode()
    yield (
        "bad picture.mp3",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 1, 1, 8, 0, 0, 0, 0) + bytes(40),
    )
    yield "bad zip.flac", b"PK\x03\x04" + bytes(60)
    yield "bad spaces.ogg", b" " * 9000
