import librosa
import numpy as np
import pytest
import torch

from engine.networks.frontend import LogMel


@pytest.mark.parametrize(("n_fft", "hop", "n_mels", "centred"), [(64, 32, 26, False), (400, 160, 80, True)])
def test_equals_librosa(n_fft, hop, n_mels, centred):
    audio = np.random.default_rng(0).standard_normal(16_123).astype(np.float32)
    ours = LogMel(n_fft, hop, n_mels, centred)(torch.from_numpy(audio)[None])[0].numpy()
    power = librosa.feature.melspectrogram(
        y=audio, sr=16_000, n_fft=n_fft, hop_length=hop, n_mels=n_mels, center=centred, pad_mode="reflect"
    )
    theirs = 10 * np.log10(np.maximum(power, 1e-10))
    assert ours.shape == theirs.shape
    assert ours == pytest.approx(theirs, abs=2e-3)
