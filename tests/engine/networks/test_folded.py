"""The folded front-end against a plain Fourier transform, in torch and in an exported file."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.exporting import export
from engine.networks import folded
from engine.networks.folded import FoldedMel
from tests.sounds import babble, tone

HOPS = [160, 200, 240]


def plain(samples, hop, mels):
    """numpy's FFT of windows of two hops under a Hann window that is symmetric about their middle."""
    front = FoldedMel(hop, mels)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), 2 * hop)[::hop]
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)) ** 2
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    fours, odds = np.arange(0, 2 * folded.evens(hop), 4), np.arange(1, folded.DENSE, 2)
    twice = np.concatenate([fours, fours, fours + 2, fours + 2, odds, odds])  # a bin's cosine and its sine
    return power[:, twice] @ front.mel.numpy() / 2


@pytest.mark.parametrize("hop", HOPS)
def test_it_is_the_power_of_the_fourier_transform(hop):
    samples = babble(1.3, np.random.default_rng(0))
    ours = FoldedMel(hop, 40)(torch.from_numpy(samples)[None])[0].numpy()
    theirs = plain(samples, hop, 40)
    assert ours.shape == theirs.shape == (len(samples) // hop - 1, 40)
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-4 * theirs.max())


@pytest.mark.parametrize("hop", HOPS)
def test_a_file_computes_its_constants_and_says_the_same(hop, tmp_path):
    class Front(nn.Module):
        def __init__(self):
            super().__init__()
            self.front = FoldedMel(hop, 40)

        def forward(self, audio):
            return torch.log10(self.front(audio) + 1e-3).mean(1)

    export.to_onnx(Front(), tmp_path / "front.onnx")  # raises where they differ
    assert (tmp_path / "front.onnx").stat().st_size < 20_000


def test_a_higher_tone_lies_in_a_higher_band():
    places = [
        int(FoldedMel(200, 40)(torch.from_numpy(tone(hz))[None]).mean(1).argmax()) for hz in (200, 500, 1500, 4000)
    ]
    assert places == sorted(set(places))


@pytest.mark.parametrize("hop", HOPS)
def test_every_band_hears_something(hop):
    assert (FoldedMel(hop, 40).mel.sum(0) > 0).all()


def test_a_hop_that_cannot_be_halved_is_refused():
    with pytest.raises(ValueError, match="even number of samples, got 201"):
        FoldedMel(201, 40)
