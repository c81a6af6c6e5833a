"""A student learns to bear coarse weights, and ends on its grid."""

import numpy as np
import torch

from engine.exporting import grids, qat
from engine.exporting.grids import INT3, INT8
from engine.training.crops import Crops
from tests import taught

PLAN = {"body.1.0": INT3, "narrow.0": INT3, "attention": INT3, "out": INT8}


def test_tuning_brings_the_answers_back(tmp_path):
    folder = taught.folder(tmp_path, train=300, dev=60, test=2)
    crops, dev = Crops.open(folder, "train"), Crops.open(folder, "dev")
    student, told = taught.learnt(folder), []

    def tuned(heard_s):
        return qat.tune(student, PLAN, crops, lambda part, message: told.append(part), heard_s)

    def said(network):
        with torch.no_grad():
            return network(dev.audio(np.arange(len(dev))))

    rounded, learnt = tuned(0.0), tuned(1500.0)
    off = [(said(network) - said(student)).square().mean() for network in (rounded, learnt)]
    assert off[1] < 0.75 * off[0]
    assert len(told) > 10
    for name, grid in PLAN.items():
        weight = learnt.get_submodule(name).weight.detach().flatten(1)
        assert torch.allclose(grids.rounded(weight, grid), weight, atol=1e-6)
    assert torch.equal(said(tuned(1500.0)), said(learnt))
