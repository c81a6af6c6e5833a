"""Each layer gets as many bits as it needs, found by measuring what its rounding does to the answers.

With a budget of bytes: the most faithful file within it. Without: the smallest file that agrees as well as is asked.
"""

from pathlib import Path

import onnx

from engine import bits, packing, sensitivity
from engine.scheme import Given
from engine.sensitivity import Probe

TITLE = "each layer its own bits, by sensitivity"
NEEDS = ("student", "clips")


def write(source: Path, target: Path, given: Given) -> None:
    """See `engine.scheme`.

    Raises:
        ValueError: no plan keeps within the bytes, or agrees as well as is asked.
    """
    assert given.student is not None
    assert given.clips is not None
    layers = packing.layers(onnx.load(source))
    probe = Probe(given.student, given.clips)
    measured = sensitivity.measure(probe, [layer.name for layer in layers], given.tell)
    steps = bits.front(layers, measured)
    if given.most_bytes is not None:
        for step in steps:
            packing.pack(source, target, step.plan)
            if target.stat().st_size <= given.most_bytes:
                return
        raise ValueError(f"No plan makes a file of {given.most_bytes:,} bytes; the least is {target.stat().st_size:,}.")
    for step in reversed(steps):
        # what is foretold is a little too good when many layers are coarse: the last word has a measurement
        if step.agreement.min() >= given.least_ccc:
            error = probe.answers(step.plan) - measured.answers
            if measured.agreement(error).min() >= given.least_ccc:
                packing.pack(source, target, step.plan)
                return
    raise ValueError(f"No plan agrees {given.least_ccc} with the fp32 student on each axis; ask for less.")
