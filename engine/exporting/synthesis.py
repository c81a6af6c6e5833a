"""Sounds made of a student alone, for calibration where there are no clips (ZeroQ, Cai et al. 2020, arXiv 2001.00281).

Noise is changed until what each batch norm of the student sees of it has the mean and variance that the norm knows
from its training. Nobody speaks in these sounds, but the layers are as busy as if somebody did.
"""

import torch
from torch import Tensor, nn

from engine.exporting.scheme import Tell
from engine.networks.network import Network
from engine.types import SAMPLE_RATE, Floats

COUNT, LENGTH_S = 16, 2.0
STEPS, RATE = 200, 0.01
LEVEL = 0.1  # of the noise at the beginning


def sounds(student: Network, tell: Tell, seed: int = 0) -> list[Floats]:
    """COUNT sounds of LENGTH_S, each float32 [T]; the student stays as it is.

    Raises:
        ValueError: the student has no batch norms to go by.
    """
    norms = [layer for layer in student.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    if not norms:
        raise ValueError("This student has no batch norms, so no sounds can be made to calibrate it: use real clips.")
    seen: list[Tensor] = []
    hooks = [
        norm.register_forward_pre_hook(lambda norm, given: seen.append(_distance(norm, given[0]))) for norm in norms
    ]
    audio = LEVEL * torch.randn(COUNT, int(LENGTH_S * SAMPLE_RATE), generator=torch.Generator().manual_seed(seed))
    audio.requires_grad_()
    optimiser = torch.optim.Adam([audio], RATE)
    for step in range(STEPS):
        tell(step / STEPS, f"Sounds are made to calibrate with, step {step + 1} of {STEPS}.")
        seen.clear()
        student(audio)
        (audio.grad,) = torch.autograd.grad(torch.stack(seen).mean(), [audio])
        optimiser.step()
    for hook in hooks:
        hook.remove()
    return list(audio.detach().clamp(-1, 1).numpy())


def _distance(norm: nn.Module, given: Tensor) -> Tensor:
    """How far a layer's mean and deviation are from those that its norm knows, in units of the deviation."""
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    across = [place for place in range(given.ndim) if place != 1]
    deviation = (variance + 1e-5).sqrt()
    off = (given.mean(across) - mean) / deviation
    wide = given.var(across).sqrt() / deviation - 1
    return (off.square() + wide.square()).mean()
