"""Each layer gets as many bits as it needs, found by measuring what its rounding does to the answers.

With a budget of bytes: the most faithful file within it. Without: the smallest file that agrees as well as is asked.
Where there are lessons, the student then learns to bear what was found, and agrees better still.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from engine.exporting import bits, packing, qat, scheme, sensitivity
from engine.exporting.bits import Step
from engine.exporting.scheme import Given
from engine.exporting.sensitivity import Plan, Probe, Sensitivity

TITLE = "each layer its own bits, by sensitivity"
NEEDS, USES = ("student", "clips"), ("lessons",)
TAKEN_BACK = 4.0  # by what factor learning to bear a plan makes up for it: 4 to 9 where it was measured
MEASURED = 0.3  # of the way, when what the layers can bear is known


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.exporting.scheme`.

    Raises:
        ValueError: no plan keeps within the bytes, or agrees as well as is asked.
    """
    assert given.student is not None
    assert given.clips is not None
    layers = packing.layers(onnx.load(source))
    probe = Probe(given.student, given.clips)
    measuring = scheme.within(given.tell, 0, MEASURED)
    measured = sensitivity.measure(probe, [layer.name for layer in layers], measuring)
    steps = bits.front(layers, measured)
    least = given.least_ccc if given.lessons is None else 1 - TAKEN_BACK * (1 - given.least_ccc)
    plan = _within(steps, given.most_bytes, source) if given.most_bytes else _good(steps, least, probe, measured)
    if given.lessons is None:
        packing.pack(source, target, plan)
    else:
        qat.write(source, target, plan, replace(given, tell=scheme.within(given.tell, MEASURED, 1)))


def _within(steps: list[Step], most: int, source: Path) -> Plan:
    size = 0
    with TemporaryDirectory() as folder:
        for step in steps:
            packing.pack(source, Path(folder) / "packed.onnx", step.plan)
            size = (Path(folder) / "packed.onnx").stat().st_size
            if size <= most:
                return step.plan
    raise ValueError(f"No plan makes a file of {most:,} bytes; the least is {size:,}.")


def _good(steps: list[Step], least: float, probe: Probe, measured: Sensitivity) -> Plan:
    for step in reversed(steps):
        # what is foretold is a little too good when many layers are coarse: the last word has a measurement
        if step.agreement.min() >= least:
            error = probe.answers(step.plan) - measured.answers
            if measured.agreement(error).min() >= least:
                return step.plan
    raise ValueError(f"No plan agrees {least} with the fp32 student on each axis; ask for less.")
