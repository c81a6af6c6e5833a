"""One student whose width is chosen after training: a slimmable `etude` (Yu et al. 2018, arXiv 1812.08928).

Its widths share their weights: a narrow one has the first rows and columns of each. Each has norms of its own, since
the statistics of fewer channels are others, and a last linear of its own, into which its own calibration is folded.
Each step teaches the full width, the smallest and one in between (the sandwich rule, Yu and Huang 2019, arXiv
1903.05134). As a `Network` it is the full width, until `use` says otherwise; `narrow` cuts a plain network out of it.

Each tensor of an `etude` is replaced by its part at the width in use, so whatever `etude` becomes, this follows.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.networks.network import Network
from engine.students import etude
from engine.students.etude import Etude
from engine.types import StudentSpec

WIDTHS = (25, 50, 75, 100)  # per cent of the channels
FULL = WIDTHS[-1]
THINNED = ("early", "late", "width")  # the dials that are numbers of channels


class Switch:
    """Which width is in use, seen by all parts of a network."""

    at = len(WIDTHS) - 1


class Part(nn.Module):
    """What a width has of a tensor: the first rows and columns, or, of a stack with one for each width, its own.

    Shape:
        whole: [the full width's], or [widths, the full width's] -> the size at the width in use.
    """

    def __init__(self, switch: Switch, sizes: list[torch.Size], own: bool) -> None:
        super().__init__()
        self.switch, self.sizes, self.own = switch, sizes, own

    def forward(self, whole: Tensor) -> Tensor:
        at = self.switch.at
        whole = whole[at] if self.own else whole
        size = self.sizes[at]
        return whole if whole.shape == size else whole[tuple(slice(length) for length in size)]

    def right_inverse(self, usual: Tensor) -> Tensor:
        """The tensor as it is kept, of the tensor as a plain network has it."""
        return usual.expand(len(self.sizes), *usual.shape).clone() if self.own else usual


class Slim(Etude):
    """Shape: waveform [B, T] at 16 kHz, any level -> [B, 3] in AXES order, unclipped, at the width in use."""

    widths = WIDTHS

    def __init__(self, dials: dict[str, int]) -> None:
        super().__init__(**dials)
        self.dials, self._switch = dials, Switch()
        plain = [dict(_tensors(Etude(**thinner(dials, percent)))) for percent in WIDTHS]
        for path, tensor in list(_tensors(self)):
            owner, _, name = path.rpartition(".")
            layer = self.get_submodule(owner)
            own = layer is self.out or (isinstance(layer, nn.modules.batchnorm._BatchNorm) and tensor.ndim == 1)
            sizes = [tensors[path].shape for tensors in plain]
            if own or sizes[0] != tensor.shape:
                parametrize.register_parametrization(layer, name, Part(self._switch, sizes, own), unsafe=True)
        for weight in self.parameters():
            _keep_layout(weight)

    def use(self, percent: int) -> None:
        """Be as wide as that from now on.

        Raises:
            ValueError: there is no such width.
        """
        self._switch.at = WIDTHS.index(_known(percent))

    def at(self, percent: int, log_mel: Tensor) -> Tensor:
        """A/D/V at another width: [B, 1, frames, mels] -> [B, 3]."""
        self.use(percent)
        adv: Tensor = self.out(self.pooled(self.tokens(log_mel)).float())
        self.use(FULL)
        return adv


def narrow(network: Slim, percent: int) -> Etude:
    """The plain network of one width, cut out of a trained one, in evaluation mode.

    Raises:
        ValueError: there is no such width.
    """
    cut = Etude(**thinner(network.dials, percent))
    network.use(percent)
    with torch.no_grad():
        cut.load_state_dict({name: _at(network, name) for name in cut.state_dict()})
    network.use(FULL)
    return cut.eval()


def plain(network: Network) -> Network:
    """A slimmable student's full width, cut out of it; any other student as it is."""
    return narrow(network, FULL) if isinstance(network, Slim) else network


def sandwich(seed: int, number: int, step: int) -> tuple[int, ...]:
    """The widths that a step teaches besides the full one; the same for the same seed, pass and step."""
    least, *between, _ = WIDTHS
    return least, int(np.random.default_rng([seed, number, step]).choice(between))


def thinner(dials: dict[str, int], percent: int) -> dict[str, int]:
    """The dials of a width.

    Raises:
        ValueError: there is no such width.
    """
    share = _known(percent) / FULL
    return {name: max(1, round(value * share)) if name in THINNED else value for name, value in dials.items()}


def build(spec: StudentSpec) -> Etude:
    """The untrained network of all widths, or, where `spec.shape` says `percent`, the plain one of that width.

    Raises:
        ValueError: there is no such dial or width.
    """
    shape = {name: value for name, value in spec.shape.items() if name != "percent"}
    known = etude.dials(spec.size)
    if unknown := shape.keys() - known.keys():
        raise ValueError(f"The student slim has no dial {', '.join(sorted(unknown))}; it has {', '.join(known)}.")
    if "percent" in spec.shape:
        return Etude(**thinner(known | shape, spec.shape["percent"]))
    return Slim(known | shape)


def _known(percent: int) -> int:
    if percent not in WIDTHS:
        raise ValueError(f"There is no width of {percent} per cent; there are: {', '.join(map(str, WIDTHS))}.")
    return percent


def _keep_layout(weight: Tensor) -> None:
    """Let gradients lie as the weight does, which is not what comes of a slice, and what processes share must."""
    weight.register_hook(lambda gradient: torch.empty_like(weight).copy_(gradient))  # type: ignore[no-untyped-call]


def _tensors(network: nn.Module) -> list[tuple[str, Tensor]]:
    """Weights and buffers that are kept, by their path."""
    kept = network.state_dict(keep_vars=True)
    return list(kept.items())


def _at(network: nn.Module, path: str) -> Tensor:
    owner, _, name = path.rpartition(".")
    tensor: Tensor = getattr(network.get_submodule(owner), name)
    return tensor
