"""This computer's microphone, heard by the server itself: for `etude listen`, and for a page on the same machine."""

from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.streaming.live import HOP
from engine.types import SAMPLE_RATE

NO_PORTAUDIO = "PortAudio is not installed, so this computer's microphone can't be heard; on Debian and Ubuntu: \
sudo apt install libportaudio2."
NO_DEVICE = "This computer has no microphone that Etude can hear; plug one in, or on Linux install pipewire-alsa or \
libasound2-plugins, and start again."


def devices() -> list[dict[str, Any]]:
    """The microphones: `id`, a number, and `name`; the default one first.

    Raises:
        ValueError: PortAudio is missing, or there is none.
    """
    library = _library()
    try:
        default = library.default.device[0]
        known = [
            {"id": number, "name": str(device["name"])}
            for number, device in enumerate(library.query_devices())
            if device["max_input_channels"] > 0
        ]
    except library.PortAudioError as error:
        raise ValueError(f"{NO_DEVICE} ({error})") from error
    if not known:
        raise ValueError(NO_DEVICE)
    return sorted(known, key=lambda device: device["id"] != default)


class Microphone:
    """A microphone that is heard from now on, until it is closed.

    Args:
        device: one of `devices`; None: the default one.

    Raises:
        ValueError: PortAudio is missing, there is no such device, or it can't be opened.
    """

    def __init__(self, device: int | None = None) -> None:
        known = devices()
        if device is not None and device not in [each["id"] for each in known]:
            names = ", ".join(f"{each['id']} ({each['name']})" for each in known)
            raise ValueError(f"There is no microphone {device}; there are: {names}.")
        library = _library()
        self._pieces: SimpleQueue[bytes] = SimpleQueue()
        self.number = 0  # samples that were taken
        try:
            self._stream = library.RawInputStream(
                SAMPLE_RATE, HOP, known[0]["id"] if device is None else device, 1, "int16", callback=self._hear
            )
            self._stream.start()
        except library.PortAudioError as error:
            raise ValueError(f"The microphone can't be opened; another program may hold it. ({error})") from error

    def take(self) -> npt.NDArray[np.int16]:
        """What was heard since the last time, int16 [T] at 16 kHz; nothing is lost in between."""
        pieces = []
        while True:
            try:
                pieces.append(self._pieces.get_nowait())
            except Empty:
                break
        pcm = np.frombuffer(b"".join(pieces), np.int16)
        self.number += len(pcm)
        return pcm

    def close(self) -> None:
        """Hear no more."""
        self._stream.close()

    def _hear(self, sound: Any, frames: int, time: Any, status: Any) -> None:
        self._pieces.put(bytes(sound))


def _library() -> ModuleType:
    try:
        import sounddevice  # looks for PortAudio when it is imported
    except OSError as error:
        raise ValueError(NO_PORTAUDIO) from error
    library: ModuleType = sounddevice
    return library
