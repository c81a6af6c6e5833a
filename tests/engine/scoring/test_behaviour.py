import json

import numpy as np
import pytest

from engine.onnx_model import ASSETS, OnnxModel
from engine.scoring import behaviour
from engine.sound import speech
from engine.teachers import loudness
from engine.types import SAMPLE_RATE

MODELS = {
    "loudness": loudness.load,
    **{path.stem: lambda path=path: OnnxModel(path) for path in sorted(ASSETS.glob("*.onnx"))},
}
SOUNDS = list(behaviour.sounds())


class Deaf:
    """A model that has no answer."""

    name, window_s, hop_s = "deaf", 1.0, 0.25

    def predict(self, audio):
        return np.full((len(audio), 3), np.nan, np.float32), None


def kinds(entries):
    return [(entry["sound"], entry["level_db"]) for entry in entries]


@pytest.mark.parametrize(("name", "level_db", "samples"), SOUNDS, ids=lambda value: str(value)[:24])
def test_a_sound_is_as_loud_as_it_says_and_could_be_recorded(name, level_db, samples):
    assert samples.dtype == np.float32 and len(samples) == behaviour.DURATION_S * SAMPLE_RATE
    assert np.abs(samples).max() <= 1
    rms = np.sqrt(np.mean(samples.astype(np.float64) ** 2))
    assert rms == (0 if level_db is None else pytest.approx(10 ** (level_db / 20), rel=1e-4))


@pytest.mark.parametrize(("power", "per_octave_db"), [(0.0, 0.0), (0.5, -3.01), (1.0, -6.02)])
def test_a_colour_falls_by_so_much_an_octave(power, per_octave_db):
    samples = behaviour.noise(2**18, power)
    density = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    means = [density[(hertz >= low) & (hertz < 2 * low)].mean() for low in (125, 250, 500, 1000, 2000)]
    assert 10 * np.log10(np.divide(means[1:], means[:-1])) == pytest.approx(per_octave_db, abs=0.3)


def test_the_tone_is_one():
    (tone,) = [samples for name, _, samples in SOUNDS if "tone" in name]
    spectrum = np.abs(np.fft.rfft(tone))
    assert np.argmax(spectrum) == 440 * behaviour.DURATION_S
    assert np.sort(spectrum)[-2] < 1e-3 * spectrum.max()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_asked_of_every_sound(name):
    entries = behaviour.behaviour(MODELS[name]())
    assert json.loads(json.dumps(entries, allow_nan=False)) == entries
    assert kinds(entries) == [(sound, level_db) for sound, level_db, _ in SOUNDS]
    assert len(set(kinds(entries))) == len(entries) >= 9
    for entry in entries:
        assert entry["synthetic"] is True and entry["duration_s"] == 5
        assert len(entry["adv"]) == 3 and np.abs(np.array(entry["adv"]) - 0.5).max() < 1.5
        assert entry["speech"] is False  # the filter in front lets none of these through


@pytest.mark.parametrize("name", [name for name in MODELS if name != "loudness"])
def test_what_ships_hears_no_level(name):
    by_sound = {}
    for entry in behaviour.behaviour(MODELS[name]()):
        by_sound.setdefault(entry["sound"], []).append(entry["adv"])
    pairs = [answers for answers in by_sound.values() if len(answers) == 2]
    assert len(pairs) == 3
    for loud, soft in pairs:
        assert loud == pytest.approx(soft, abs=0.01)


def test_loudness_hears_nothing_else():
    said = {(entry["sound"], entry["level_db"]): entry["adv"] for entry in behaviour.behaviour(loudness.load())}
    assert said["digital silence", None] == pytest.approx([-40 / 60, 0, 1], abs=1e-3)
    for colour in behaviour.COLOURS:
        loud, soft = (said[f"{colour} noise", level_db] for level_db in behaviour.LEVELS_DB)
        assert loud[0] - soft[0] == pytest.approx((-26 + 50) / 60, abs=1e-3)
        assert loud[1:] == pytest.approx(soft[1:], abs=0.01)
    brightness = [said[f"{colour} noise", -26][1] for colour in ("white", "pink", "brown")]
    assert brightness == sorted(brightness, reverse=True)
    assert brightness[0] == pytest.approx(1, abs=0.02)  # white: its centroid is half of 8 kHz
    assert said["440 Hz tone", -26][1] == pytest.approx(440 / 4000, abs=1e-3)


def test_a_model_without_an_answer_is_told_as_such():
    entries = behaviour.behaviour(Deaf())
    assert {tuple(entry["adv"]) for entry in entries} == {(None, None, None)}


def test_a_voice_would_be_heard(voice):
    assert speech.spans(voice)
