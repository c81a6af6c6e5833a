"""Any sound file to float32 16 kHz mono, in blocks, so that a long file never sits in memory.

Samples are clipped to [-1, 1) and rounded to 24 bits: a FLAC of them holds the same numbers bit for bit, and their hash
names the clip.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile as sf
import soxr

from engine.sound.decode import AudioError, Sound, opened
from engine.types import SAMPLE_RATE, Floats

__all__ = ["MAX_S", "MIN_S", "SUFFIXES", "AudioError", "AudioFacts", "blocks", "read", "transcode"]

LOSSLESS = {".wav", ".flac", ".aiff", ".aif", ".aifc", ".au", ".snd", ".caf", ".w64", ".rf64"}
LOSSY = {".mp3", ".ogg", ".oga", ".opus"}
BY_FFMPEG = {".m4a", ".m4b", ".aac", ".mp4", ".mov", ".3gp", ".webm", ".mka", ".mkv", ".wma", ".amr"}
SUFFIXES = frozenset(LOSSLESS | LOSSY | BY_FFMPEG)  # worth trying, in lower case
MIN_S = 0.2
MAX_S = 3600.0
SILENCE = 10 ** (-90 / 20)  # a peak below -90 dBFS is at most one step of 16 bits
BLOCK = 2**19  # samples read at a time, all channels together: 11 s of mono at 48 kHz
RATES = (1_000, 1_000_000)  # Hz; others come from damaged headers
FULL = 2**23  # steps of 24 bits up to full scale


@dataclass(frozen=True)
class AudioFacts:
    """What was heard. `id`: 32 hex digits, the hash of the samples; `peak` and `rms` in 0..1 of full scale."""

    id: str
    duration_s: float
    peak: float
    rms: float


def blocks(path: str | Path, max_s: float = MAX_S, block: int = BLOCK) -> Iterator[Floats]:
    """Decode a file piece by piece. A file cut short gives what it still holds.

    Shape:
        float32 [T] at 16 kHz, mono (mean of channels), on the 24-bit grid; T varies and is at least 1.

    Raises:
        AudioError: the file can't be heard. Silence and shortness are known, and raised, only at the end.
    """
    with opened(Path(path)) as (sound, stated_s):
        rate = sound.samplerate
        if not RATES[0] <= rate <= RATES[1]:
            raise AudioError(f"The file claims {rate} samples a second, so it is damaged; export it again.")
        _check_length(stated_s or 0, max_s)
        heard, peak = 0, 0.0
        for piece in _resampled(_mono(sound, block), rate):
            heard, peak = heard + len(piece), max(peak, float(np.abs(piece).max()))
            _check_length(heard / SAMPLE_RATE, max_s)
            yield piece
    if not heard:
        raise AudioError("The file holds no samples; record or export it again.")
    if heard < MIN_S * SAMPLE_RATE:
        raise AudioError(
            f"The sound lasts {heard / SAMPLE_RATE:.2f} s, and at least {MIN_S} s are needed; record more."
        )
    if peak < SILENCE:
        raise AudioError("The sound is silent from end to end; check the microphone or the export.")


def read(path: str | Path, max_s: float = MAX_S) -> Floats:
    """Decode a whole file.

    Shape:
        float32 [T] at 16 kHz, mono, on the 24-bit grid.

    Raises:
        AudioError: the file can't be heard.
    """
    return np.concatenate(list(blocks(path, max_s)))


def transcode(path: str | Path, target: str | Path, max_s: float = MAX_S) -> AudioFacts:
    """Write a file's sound as 16 kHz mono 24-bit FLAC, of which `read` gives the same samples as of `path`.

    The target appears only when it is whole. Its folder must exist.

    Raises:
        AudioError: the file can't be heard.
    """
    target, digest, heard, peak, energy = Path(target), hashlib.sha256(), 0, 0.0, 0.0
    with TemporaryDirectory(prefix=".", dir=target.parent) as folder:
        partial = Path(folder) / "partial.flac"
        with sf.SoundFile(partial, "w", SAMPLE_RATE, 1, "PCM_24", format="FLAC") as out:
            for piece in blocks(path, max_s):
                steps = (piece * FULL).astype("<i4")
                digest.update(steps.tobytes())
                out.write(steps.astype(np.int32) << 8)
                heard, peak = heard + len(piece), max(peak, float(np.abs(piece).max()))
                energy += float(np.square(piece, dtype=np.float64).sum())
        partial.replace(target)
    return AudioFacts(digest.hexdigest()[:32], heard / SAMPLE_RATE, peak, math.sqrt(energy / heard))


def _check_length(duration_s: float, max_s: float) -> None:
    if duration_s > max_s:
        limit = f"{max_s / 60:g} minutes" if max_s >= 60 else f"{max_s:g} s"
        raise AudioError(f"The sound lasts over {limit}, which is the most that is taken; cut it into parts.")


def _mono(sound: Sound, block: int) -> Iterator[Floats]:
    while True:
        room = np.full((max(1, block // sound.channels), sound.channels), np.nan, np.float32)
        try:
            frames = sound.read(out=room)
        except sf.LibsndfileError:  # the file breaks off here, and libsndfile leaves the room after it untouched
            frames = room[~np.isnan(room).all(axis=1)]
        if not len(frames):
            return
        if not np.isfinite(frames).all():
            raise AudioError("The file holds values that are not numbers (NaN or infinite); export it again.")
        yield np.clip(frames, -1, 1).mean(axis=1, dtype=np.float64).astype(np.float32)


def _resampled(pieces: Iterator[Floats], rate: int) -> Iterator[Floats]:
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ") if rate != SAMPLE_RATE else None
    for piece in pieces:
        if len(out := stream.resample_chunk(piece) if stream else piece):
            yield _on_grid(out)
    if stream and len(out := stream.resample_chunk(np.zeros(0, np.float32), last=True)):
        yield _on_grid(out)


def _on_grid(samples: Floats) -> Floats:
    steps = np.clip(np.rint(samples * np.float32(FULL)), -FULL, FULL - 1)
    return np.asarray(steps / FULL, np.float32)
