"""What another throat, a room, a microphone and other sounds do to a voice, drawn at random; one seed one result.

Every function takes and gives float32 [T] at 16 kHz.
"""

import numpy as np
import scipy.signal
import soxr

from engine.types import SAMPLE_RATE, Floats

Rng = np.random.Generator


def augment(samples: Floats, rng: Rng, strength: float = 1.0) -> Floats:
    """A random chain of the changes below, each with a chance that `strength` scales; strength 0 changes nothing."""
    for chance, change in CHAIN:
        if rng.random() < chance * strength:
            samples = change(samples, rng)
    return samples.astype(np.float32)


def throat(samples: Floats, rng: Rng) -> Floats:
    """Another speaker: up to a quarter faster or a fifth slower, pitch and formants with it, as from tape."""
    rate = SAMPLE_RATE * np.exp(rng.uniform(np.log(0.8), np.log(1.25)))
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), np.float32)


def speed(samples: Floats, rng: Rng) -> Floats:
    """Up to 8 % faster or slower, pitch with it."""
    return np.asarray(soxr.resample(samples, SAMPLE_RATE * rng.uniform(0.92, 1.08), SAMPLE_RATE), np.float32)


def room(samples: Floats, rng: Rng) -> Floats:
    """Reverberation: noise that decays by 60 dB in 0.1-0.7 s, under the direct sound."""
    decay_s = rng.uniform(0.1, 0.7)
    time_s = np.arange(int(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    echo = rng.standard_normal(len(time_s)) * 10 ** (-3 * time_s / decay_s)
    echo *= rng.uniform(0.1, 0.7) / np.sqrt(np.sum(echo**2))
    echo[0] += 1.0
    return np.asarray(scipy.signal.fftconvolve(samples, echo)[: len(samples)], dtype=np.float32)


def microphone(samples: Floats, rng: Rng) -> Floats:
    """A band limit and a tilt, from a telephone to a bright headset."""
    low, high = rng.uniform(30, 300), rng.uniform(3000, 7600)
    sections = scipy.signal.butter(2, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos")
    tilt = rng.uniform(-0.5, 0.5)
    limited = scipy.signal.sosfilt(sections, samples)
    return np.asarray(scipy.signal.lfilter([1.0, tilt], [1.0], limited), dtype=np.float32)


def noise(samples: Floats, rng: Rng, below_db: tuple[float, float] = (3, 35)) -> Floats:
    """Noise of a random colour, so much below the voice."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    colour = rng.uniform(0.0, 1.0)  # 0 white, 1 brown
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** colour
    hiss = np.fft.irfft(spectrum, n=len(samples))
    return _beside(samples, hiss, rng.uniform(*below_db))


def babble(samples: Floats, rng: Rng) -> Floats:
    """Other people, 3-25 dB below the voice: three copies of it, backwards, each from another throat and place."""
    crowd = np.zeros_like(samples)
    for _ in range(3):
        other = np.resize(throat(samples[::-1].copy(), rng), len(samples))
        crowd += np.roll(other, int(rng.integers(len(samples)))) * np.float32(rng.uniform(0.3, 1.0))
    return _beside(samples, crowd, rng.uniform(3, 25))


def music(samples: Floats, rng: Rng) -> Floats:
    """Chords of plucked harmonics, 3-25 dB below the voice."""
    return _beside(samples, chords(len(samples), rng), rng.uniform(3, 25))


def chords(length: int, rng: Rng) -> Floats:
    """Synthetic music: a chord of decaying harmonics every .2-.8 s; float32 [length] at 16 kHz."""
    time_s = np.arange(length) / SAMPLE_RATE
    beat_s, root = rng.uniform(0.2, 0.8), rng.uniform(80, 300)
    sound, fade = np.zeros(length), np.exp(-(time_s % beat_s) / rng.uniform(0.05, 0.6))
    beat = (time_s / beat_s).astype(int)
    steps = rng.integers(0, 12, beat[-1] + 1 if length else 1)
    for interval in (0, rng.choice((3, 4)), 7):
        phase = 2 * np.pi * np.cumsum(root * 2 ** ((steps[beat] + interval) / 12)) / SAMPLE_RATE
        sound += sum(np.sin(k * phase) / k for k in range(1, 6))
    return np.asarray(sound * fade, np.float32)


def _beside(samples: Floats, other: np.ndarray, below_db: float) -> Floats:
    level = np.sqrt(np.mean(samples**2) / (np.mean(other**2) + 1e-20)) * 10 ** (-below_db / 20)
    return np.asarray(samples + other * np.float32(level), dtype=np.float32)


def overdrive(samples: Floats, rng: Rng) -> Floats:
    """An input stage driven too hard."""
    peak = float(np.abs(samples).max()) + 1e-9
    drive = rng.uniform(1.5, 5.0)
    return np.asarray(np.tanh(samples / peak * drive) / drive * peak, dtype=np.float32)


def crop(samples: Floats, rng: Rng, shortest_s: float, longest_s: float) -> Floats:
    """A random stretch of random length; shorter clips stay whole."""
    length = int(rng.uniform(shortest_s, longest_s) * SAMPLE_RATE)
    start = int(rng.integers(max(1, len(samples) - length + 1)))
    return samples[start : start + length]


CHAIN = (
    (0.3, speed), (0.4, throat), (0.3, room), (0.3, microphone), (0.35, noise), (0.12, babble), (0.12, music),
    (0.08, overdrive),
)  # fmt: skip
