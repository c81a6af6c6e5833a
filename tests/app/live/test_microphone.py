"""Where there is no microphone, it is said what to install."""

import ctypes.util
import sys

import pytest
import sounddevice

from app.live import microphone


def test_no_device_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounddevice, "query_devices", lambda: [{"name": "speaker", "max_input_channels": 0}])
    with pytest.raises(ValueError, match=r"no microphone .* plug one in"):
        microphone.Microphone()


def test_no_portaudio_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice")
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(ValueError, match="apt install libportaudio2"):
        microphone.devices()


def test_an_unknown_device_is_told_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [{"name": "desk", "max_input_channels": 1}]
    monkeypatch.setattr(sounddevice, "query_devices", lambda: known)
    with pytest.raises(ValueError, match=r"no microphone 7; there are: 0 \(desk\)"):
        microphone.Microphone(7)


def test_one_that_another_program_holds_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_, **__):
        raise sounddevice.PortAudioError("Device unavailable")

    monkeypatch.setattr(sounddevice, "query_devices", lambda: [{"name": "desk", "max_input_channels": 1}])
    monkeypatch.setattr(sounddevice, "RawInputStream", held)
    with pytest.raises(ValueError, match="another program may hold it"):
        microphone.Microphone()
