"""What simple things score on the same clips: a ridge regression on log-mel statistics, or on frozen states."""

from collections.abc import Iterable

import librosa
import numpy as np
import torch
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.scoring.measure import ccc
from engine.types import SAMPLE_RATE, Floats

STRENGTHS = (10.0, 100.0, 1000.0, 10_000.0)


def log_mel_statistics(samples: Floats) -> Floats:
    """Mean, deviation and mean absolute change of 80 log-mels, and the duration: float32 [241]."""
    peak = np.abs(samples).max() + 1e-9
    power = librosa.feature.melspectrogram(y=samples / peak, sr=SAMPLE_RATE, n_fft=400, hop_length=160, n_mels=80)
    mel = 10 * np.log10(np.maximum(power, 1e-10))
    change = np.abs(np.diff(mel, axis=1)).mean(axis=1)
    return np.concatenate([mel.mean(1), mel.std(1), change, [len(samples) / SAMPLE_RATE]]).astype(np.float32)


def frozen_statistics(states: torch.Tensor) -> Floats:
    """Mean and deviation over time of three layers' states: [3, T, 384] -> float32 [2304]."""
    parts = [states.mean(dim=1).flatten(), states.std(dim=1).flatten()]
    return torch.cat(parts).float().numpy()


def ridge(train: Floats, targets: Floats, dev: Floats, dev_truth: Floats, test: Floats) -> Floats:
    """Answers on `test` of the ridge whose strength does best on `dev`: [N, F], [N, 3], ... -> [M, 3]."""
    fitted = [make_pipeline(StandardScaler(), Ridge(strength)).fit(train, targets) for strength in STRENGTHS]
    best = max(fitted, key=lambda model: float(ccc(model.predict(dev), dev_truth).mean()))
    return np.asarray(best.predict(test), np.float32)


def distilled(
    train: Iterable[Floats], taught: Floats, dev: Iterable[Floats], dev_taught: Floats, test: Iterable[Floats]
) -> Floats:
    """What the same teacher makes of the simplest student: answers of `ridge` on the clips' log-mel statistics.

    Shape:
        train, dev, test: clips, float32 [T] at 16 kHz each; taught: [N, 3], dev_taught: [M, 3], the teacher's answers,
        NaN where it heard nobody -> float32 [K, 3], one for each clip of `test`.
    """
    fitted, choosing, asked = (np.stack([log_mel_statistics(clip) for clip in part]) for part in (train, dev, test))
    known, dev_known = (~np.isnan(answers).any(axis=1) for answers in (taught, dev_taught))
    return ridge(fitted[known], taught[known], choosing[dev_known], dev_taught[dev_known], asked)
