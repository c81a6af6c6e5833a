"""What rooms, microphones and noise do to a voice, drawn at random; plain numpy, one seed one result.

Every function takes and gives float32 [T] at 16 kHz.
"""

import numpy as np
import scipy.signal
import soxr

from engine.types import SAMPLE_RATE, Floats

Rng = np.random.Generator


def augment(samples: Floats, rng: Rng, strength: float = 1.0) -> Floats:
    """A random chain of speed, room, microphone and noise; each is left out more often than not at strength 1."""
    for chance, change in ((0.35, speed), (0.35, room), (0.35, microphone), (0.5, noise), (0.08, overdrive)):
        if rng.random() < chance * strength:
            samples = change(samples, rng)
    return samples.astype(np.float32)


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


def noise(samples: Floats, rng: Rng) -> Floats:
    """Noise of a random colour at 3-35 dB below the voice."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    colour = rng.uniform(0.0, 1.0)  # 0 white, 1 brown
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** colour
    hiss = np.fft.irfft(spectrum, n=len(samples))
    level = float(np.sqrt(np.mean(samples**2) / (np.mean(hiss**2) + 1e-20)) * 10 ** (-rng.uniform(3, 35) / 20))
    return np.asarray(samples + hiss * level, dtype=np.float32)


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
