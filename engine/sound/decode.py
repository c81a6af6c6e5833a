"""Open any file as sound, by content and never by suffix: libsndfile what it knows, the ffmpeg command the rest.

libsndfile gets a file descriptor and no name, because by name it takes any bytes in a `.vox` or `.au` for sound. ffmpeg
gets a list of containers that prove themselves, so that random bytes aren't noise and a playlist can't make it fetch
anything. It writes an AU stream, which libsndfile reads: past this file there is one route. Not here: resampling and
the checks of what is heard (`engine.sound.audio`).
"""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import soundfile as sf

# libsndfile's others are known by a byte or two, or by nothing.
FORMATS = {"WAV", "WAVEX", "NIST", "W64", "RF64", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF"}
CONTAINERS = "mov,matroska,asf,aac,amr,ape,avi,caf,flv,mpegts,ogg,tta,wav,wv"
GUARD = ["-v", "error", "-protocol_whitelist", "file", "-format_whitelist", CONTAINERS]
CPU_LIMIT_S = "600"  # of ffmpeg's own work
NOT_AUDIO = (
    "This is damaged or not audio in a format that Etude knows; choose a sound file such as WAV, FLAC, MP3, Ogg or M4A."
)
UNDECODABLE = "The sound in this file can't be decoded; save it as WAV or FLAC and try that."


class AudioError(ValueError):
    """A file that can't be heard; the message says why and what to do, in one sentence."""


class Sound(sf.SoundFile):  # type: ignore[misc]  # soundfile states no types
    """Reads forward only: soundfile otherwise seeks after each block and trusts the header's length."""

    def seekable(self) -> bool:
        """Always False."""
        return False


@contextmanager
def opened(path: Path) -> Iterator[tuple[Sound, float | None]]:
    """Yield the sound in a file, and the length in seconds that its header states, if it does.

    Raises:
        AudioError: no such file, empty, not audio, or ffmpeg is needed and missing.
    """
    with _file(path) as file:
        sound = _sound(file.fileno())
        if sound is None or sound.format not in FORMATS:
            with _converted(path) as other:
                yield other
        elif sound.format == "MP3":
            file.seek(0)
            with sound, _piped(file) as piped:
                yield piped, sound.frames / sound.samplerate
        else:
            with sound:
                yield sound, sound.frames / sound.samplerate if sound.frames < 2**62 else None


def _file(path: Path) -> BinaryIO:
    try:
        if not path.exists():
            raise AudioError("There is no such file; check its name and folder.")
        if not path.is_file():
            raise AudioError("This is a folder or a device, not a file; choose a sound file.")
        if not path.stat().st_size:
            raise AudioError("The file is empty (0 bytes); record or export it again.")
        return path.open("rb")
    except OSError as error:
        raise AudioError(f"The file can't be opened ({error.strerror}); check its name and permissions.") from error


def _sound(descriptor: int) -> Sound | None:
    try:
        return Sound(descriptor, closefd=False)
    except sf.LibsndfileError:
        return None


@contextmanager
def _piped(file: BinaryIO) -> Iterator[Sound]:
    """An MP3 that can seek ends where its first frames made libsndfile guess; through a pipe it ends where it ends."""
    out, into = os.pipe()

    def feed() -> None:
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as pipe:
            shutil.copyfileobj(file, pipe)

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        sound = _sound(out)
        if sound is None:
            raise AudioError(NOT_AUDIO)
        with sound:
            yield sound
    finally:
        os.close(out)
        feeder.join()


@contextmanager
def _converted(path: Path) -> Iterator[tuple[Sound, float | None]]:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        raise AudioError(
            "This is not audio that can be read without ffmpeg; if it is sound (M4A, AAC, WebM, WMA), "
            "install ffmpeg (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg) or save it as WAV."
        )
    source = f"file:{path.resolve()}"
    duration_s = _stated(source)
    command = ["ffmpeg", "-nostdin", "-threads", "1", "-timelimit", CPU_LIMIT_S, *GUARD, "-i", source]
    command += ["-map", "0:a:0", "-f", "au", "-c:a", "pcm_f32be", "pipe:1"]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing) as process:
        assert process.stdout is not None
        try:
            sound = _sound(process.stdout.fileno())
            if sound is None:
                raise AudioError(UNDECODABLE)
            with sound:
                yield sound, duration_s
            if process.wait():
                raise AudioError(UNDECODABLE)
        finally:
            process.kill()


def _stated(source: str) -> float | None:
    command = ["ffprobe", *GUARD, "-show_entries", "format=duration:stream=codec_type", "-of", "json", source]
    try:
        probe = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        found = json.loads(probe.stdout or "{}")
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        raise AudioError(NOT_AUDIO) from error
    if not found.get("streams"):
        raise AudioError(NOT_AUDIO)
    if not any(stream.get("codec_type") == "audio" for stream in found["streams"]):
        raise AudioError("This is video or a picture without sound; choose a file with an audio track.")
    duration = found.get("format", {}).get("duration")
    return float(duration) if duration else None
