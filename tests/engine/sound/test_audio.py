"""engine.sound.audio: what goes in comes out, at 16 kHz, on the 24-bit grid, under one name."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.sound import audio
from engine.sound.audio import AudioError
from tests.sounds import tone, written

FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LOSSLESS = [("WAV", "PCM_24"), ("WAV", "FLOAT"), ("FLAC", "PCM_24"), ("AIFF", "PCM_24"), ("W64", "PCM_32")]


def steps(seed: int, n: int) -> npt.NDArray[np.int32]:
    return np.random.default_rng(seed).integers(-(2**23), 2**23, n, dtype=np.int32)


def named(samples: npt.NDArray[np.int32]) -> str:
    return hashlib.sha256(samples.astype("<i4").tobytes()).hexdigest()[:32]


def test_golden_id_and_facts(tmp_path: Path) -> None:
    square = np.tile(np.array([1, 1, -1, -1], np.int32) << 22, 2_000)
    facts = audio.transcode(written(tmp_path / "a.wav", square << 8, subtype="PCM_24"), tmp_path / "b.flac")
    assert facts == audio.AudioFacts(id="91c2421a1c9c3b57c7df76132ba40786", duration_s=0.5, peak=0.5, rms=0.5)
    kept = sf.info(tmp_path / "b.flac")
    assert (kept.samplerate, kept.channels, kept.format, kept.subtype) == (16_000, 1, "FLAC", "PCM_24")


@FEW
@given(seed=st.integers(0, 99), n=st.integers(3_200, 9_000), kind=st.sampled_from(LOSSLESS))
def test_samples_have_one_name_in_any_container(tmp_path: Path, seed: int, n: int, kind: tuple[str, str]) -> None:
    numbers = steps(seed, n)
    # From whole numbers, because libsndfile scales floats by one step less than full scale.
    source = written(
        tmp_path / "a", numbers / 2**23 if kind[1] == "FLOAT" else numbers << 8, form=kind[0], subtype=kind[1]
    )
    facts = audio.transcode(source, tmp_path / "b.flac")
    assert facts.id == named(numbers) == audio.transcode(tmp_path / "b.flac", tmp_path / "c.flac").id
    assert np.array_equal(audio.read(source) * 2**23, numbers)
    assert np.array_equal(audio.read(source), audio.read(tmp_path / "b.flac"))


@FEW
@given(rate=st.sampled_from([8_000, 11_025, 16_000, 44_100, 48_000, 192_000]), block=st.integers(500, 70_000))
def test_the_size_of_a_block_changes_nothing(tmp_path: Path, rate: int, block: int) -> None:
    source = written(tmp_path / "a.flac", np.random.default_rng(rate).normal(0, 0.2, rate), rate, form="FLAC")
    assert np.array_equal(np.concatenate(list(audio.blocks(source, block=block))), audio.read(source))


@FEW
@given(rate=st.integers(8_000, 192_000), hz=st.floats(100, 3_000), level=st.floats(0.01, 0.9))
def test_a_tone_keeps_its_length_pitch_and_level(tmp_path: Path, rate: int, hz: float, level: float) -> None:
    heard = audio.read(written(tmp_path / "a.wav", tone(hz, 1.0, rate, level), rate, subtype="FLOAT"))
    assert abs(len(heard) - 16_000) <= 1
    t, middle = np.arange(len(heard))[2_000:14_000] / 16_000, heard[2_000:14_000]
    basis = np.stack([np.sin(2 * np.pi * hz * t), np.cos(2 * np.pi * hz * t)], axis=1)
    parts, residue, *_ = np.linalg.lstsq(basis, middle, rcond=None)
    assert np.hypot(*parts) == pytest.approx(level, rel=0.005)
    assert abs(parts[1]) < 0.01 * level  # no delay
    assert np.sqrt(residue[0] / len(middle)) < 1e-3 * level


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
def test_channels_are_averaged(tmp_path: Path, channels: int) -> None:
    each = np.random.default_rng(channels).uniform(-1, 1, (8_000, channels)).astype(np.float32)
    heard = audio.read(written(tmp_path / "a.wav", each, subtype="FLOAT"))
    assert np.abs(heard - each.mean(axis=1, dtype=np.float64)).max() <= 2**-23


@pytest.mark.parametrize(("subtype", "form", "step"), [
    ("PCM_U8", "WAV", 2**-7), ("PCM_S8", "AIFF", 2**-7), ("PCM_S8", "FLAC", 2**-7), ("PCM_16", "WAV", 2**-15),
    ("PCM_16", "FLAC", 2**-15), ("PCM_24", "WAV", 2**-23), ("PCM_32", "WAV", 2**-23), ("FLOAT", "WAV", 2**-23),
    ("DOUBLE", "WAV", 2**-23), ("ULAW", "WAV", 2**-5), ("ALAW", "AU", 2**-5), ("ALAC_24", "CAF", 2**-23),
    ("MPEG_LAYER_III", "MP3", 0.05), ("VORBIS", "OGG", 0.05),
])  # fmt: skip
def test_bit_depths(tmp_path: Path, subtype: str, form: str, step: float) -> None:
    heard = audio.read(written(tmp_path / "a", tone(), subtype=subtype, form=form))
    assert np.abs(heard - tone()).max() <= 1.5 * step


def test_what_is_beyond_full_scale_is_clipped(tmp_path: Path) -> None:
    heard = audio.read(written(tmp_path / "a.wav", 1e30 * tone(), subtype="FLOAT"))
    assert heard.min() == -1 and heard.max() == 1 - 2**-23


UNREADABLE = {
    "folder": "folder or a device", "missing": "no such file", "empty": r"empty \(0 bytes\)", "text": "not audio",
    "no samples": "no samples", "nan": "not numbers", "infinite": "not numbers", "silent": "silent",
    "short": r"0\.19 s", "long": "over 3 s",
}  # fmt: skip


def unreadable(folder: Path, case: str) -> Path:
    path, values = folder / f"{case}.wav", tone()
    if case == "folder":
        path.mkdir()
    elif case in ("empty", "text"):
        path.write_text("" if case == "empty" else "not a sound at all, but a letter to a friend" * 9)
    elif case in ("nan", "infinite"):
        values[100] = np.nan if case == "nan" else -np.inf
        written(path, values, subtype="FLOAT")
    elif case != "missing":
        made = {"no samples": values[:0], "silent": values * 6e-5, "short": values[:3_100], "long": np.tile(values, 4)}
        written(path, made[case], subtype="FLOAT")
    return path


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_refusal_is_one_sentence_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    path, target = unreadable(tmp_path, case), tmp_path / "library" / "a.flac"
    target.parent.mkdir()
    target.write_bytes(b"what stood there before")
    with pytest.raises(AudioError, match=UNREADABLE[case]) as refused:
        audio.transcode(path, target, max_s=3)
    assert re.fullmatch(r"[A-Z][^\n]+\.", str(refused.value))
    assert [path.read_bytes() for path in target.parent.iterdir()] == [b"what stood there before"]
    with pytest.raises(AudioError, match=UNREADABLE[case]):
        audio.read(path, max_s=3)


def flac_stating(path: Path, frames: int, seconds: float) -> Path:
    """A FLAC whose header states its number of frames as told: 36 bits, which begin in the lower half of byte 21."""
    data = bytearray(written(path, tone(seconds=seconds), form="FLAC").read_bytes())
    data[21:26] = (int.from_bytes(data[21:26], "big") >> 36 << 36 | frames).to_bytes(5, "big")
    path.write_bytes(data)
    return path


def test_a_length_that_the_header_states_is_refused_at_once(tmp_path: Path) -> None:
    pieces = audio.blocks(flac_stating(tmp_path / "a.flac", 3 * 3600 * 16_000, 1.0))
    with pytest.raises(AudioError, match="over 60 minutes"):
        next(pieces)


def test_a_length_that_the_header_does_not_state_is_found_on_the_way(tmp_path: Path) -> None:
    source = flac_stating(tmp_path / "a.flac", 0, 4.0)
    assert len(audio.read(source, max_s=4)) == 4 * 16_000
    pieces = audio.blocks(source, max_s=3, block=16_000)
    assert sum(len(next(pieces)) for _ in range(3)) == 3 * 16_000
    with pytest.raises(AudioError, match="over 3 s"):
        next(pieces)


LONG = """
import resource, sys, numpy as np, soundfile as sf
from engine.sound import audio
minute = (0.4 * np.sin(np.arange(48_000 * 60) * 0.05)).astype("float32")
def most(minutes):
    with sf.SoundFile(sys.argv[1], "w", 48_000, 1, "PCM_16", format="FLAC", compression_level=0) as file:
        for _ in range(minutes):
            file.write(minute)
    facts = audio.transcode(sys.argv[1], sys.argv[2])
    assert abs(facts.duration_s - 60 * minutes) < 0.01
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
few = most(1)
print(most(40) - few)
"""


def test_a_long_file_never_sits_in_memory(tmp_path: Path) -> None:
    """As float32 forty minutes at 48 kHz are 439 MiB, and the 16 kHz that come of them 146 MiB."""
    command = [sys.executable, "-c", LONG, str(tmp_path / "a.flac"), str(tmp_path / "b.flac")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 20
