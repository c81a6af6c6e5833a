"""Errors of layers: measured for real, added up to foretell, and turned into a front of plans."""

import numpy as np
import onnx
import pytest
import torch

from engine.exporting import bits, grids, packing, sensitivity
from engine.exporting.grids import INT4, INT8
from engine.exporting.sensitivity import GRIDS, PAIRED, Probe
from engine.training.crops import Crops
from engine.types import StudentSpec
from tests import taught
from tests.students import built, written


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = taught.folder(tmp_path_factory.mktemp("sensitivity"), train=2, dev=30, test=2)
    student = built(StudentSpec("etude", size=8))
    full, _ = written(student, folder)
    layers = packing.layers(onnx.load(full))
    probe = Probe(student, Crops.open(folder, "dev"))
    told = []
    found = sensitivity.measure(probe, [layer.name for layer in layers], lambda part, message: told.append(part))
    assert told == sorted(told)
    return student, layers, probe, found


def test_a_layer_alone_is_measured_with_all_others_as_they_were(measured):
    student, layers, probe, found = measured
    name = layers[2].name
    weight = student.get_submodule(name).weight
    kept = weight.detach().clone()
    with torch.no_grad():
        weight.copy_(grids.rounded(kept.flatten(1), INT4).view_as(kept))
        changed = probe.answers({})
        weight.copy_(kept)
    assert found.errors[name, INT4] == pytest.approx(changed - found.answers, abs=1e-6)
    assert probe.answers({}) == pytest.approx(found.answers, abs=1e-7)


def test_finer_grids_hurt_less(measured):
    *_, found = measured
    worse = [sum(np.square(found.errors[name, grid]).mean() for name in found.layers) for grid in GRIDS]
    assert worse[0] < 0.1 * min(worse[1:])
    assert worse[-1] == max(worse)


def test_what_two_neighbours_do_is_nearly_the_sum(measured):
    *_, found = measured
    assert len(found.pairs) == len(found.layers) - 1
    for pair, error in found.pairs.items():
        foretold = found.foretold(dict.fromkeys(pair, PAIRED))
        assert np.square(error - foretold).mean() < 0.3 * np.square(error).mean() + 1e-9


def test_the_front_goes_from_the_finest_to_the_coarsest(measured):
    _, layers, probe, found = measured
    steps = bits.front(layers, found)
    assert set(steps[0].plan.values()) == {INT8}
    sizes = [step.bytes for step in steps]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == min(sizes)
    middle = next(step for step in steps if step.bytes < 0.7 * sizes[0])
    real = found.agreement(probe.answers(middle.plan) - found.answers)
    assert middle.agreement == pytest.approx(real, abs=0.02)


def test_the_front_is_better_than_one_grid_for_all(measured):
    _, layers, _, found = measured
    plain = dict.fromkeys(found.layers, INT4)
    size = sum(bits.weight_bytes(layer, INT4) for layer in layers)
    chosen = next(step for step in bits.front(layers, found) if step.bytes <= size)
    assert chosen.agreement.mean() > found.agreement(found.foretold(plain)).mean()


def test_bytes_are_those_of_the_file(measured, tmp_path):
    student, layers, *_ = measured
    full, _ = written(student, tmp_path)
    sizes = {}
    for grid in GRIDS:
        plan = {layer.name: grid for layer in layers}
        packing.pack(full, tmp_path / "small.onnx", plan)
        counted = sum(bits.weight_bytes(layer, grid) for layer in layers)
        sizes[grid] = (tmp_path / "small.onnx").stat().st_size - counted
    assert max(sizes.values()) - min(sizes.values()) < 600  # names and shapes
