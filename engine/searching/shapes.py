"""The shapes that a search may try: what each dial of the student `etude` can be, drawn and changed by chance.

A dial that is not named here stays as the size says, and one that the student no longer has is left alone, so the
student's file stays the only place that knows what a dial means.
"""

import numpy as np

from engine.students import etude
from engine.types import StudentSpec

ARCHITECTURE = "etude"
CHOICES: dict[str, tuple[int, ...]] = {  # in order: a mutation goes to a neighbour
    "hop": (160, 200, 240, 320),
    "mels": (24, 32, 40, 48, 64),
    "early": (8, 12, 16, 20, 24),
    "late": (16, 24, 32, 40, 48, 64),
    "deep": (0, 1, 2, 3, 4),
    "width": (24, 32, 48, 64, 80, 96),
    "context": (0, 1, 2, 3, 4),
}
KEPT = 0.3  # how often a dial is drawn as the size says
CHANGED = 2  # dials that a mutation changes at most


def spec(dials: dict[str, int], seed: int) -> StudentSpec:
    """The one spec of these dials: the size is what `early` says, and only what the size does not say is named."""
    size = dials["early"]
    usual = etude.dials(size)
    return StudentSpec(ARCHITECTURE, size, seed, {name: dials[name] for name in usual if dials[name] != usual[name]})


def dials(shape: StudentSpec) -> dict[str, int]:
    """Every dial of a spec by name."""
    return etude.dials(shape.size) | shape.shape


def draw(rng: np.random.Generator, seed: int) -> StudentSpec:
    """A shape by chance; `seed` is that of its weights."""
    drawn = etude.dials(int(rng.choice(CHOICES["early"])))
    for name in _free(drawn):
        if name != "early" and rng.random() >= KEPT:
            drawn[name] = int(rng.choice(CHOICES[name]))
    return spec(drawn, seed)


def mutate(parent: StudentSpec, rng: np.random.Generator) -> StudentSpec:
    """A shape like another: one or two of its dials one step up or down."""
    changed = dials(parent)
    free = _free(changed)
    for name in rng.choice(free, size=min(len(free), int(rng.integers(1, CHANGED + 1))), replace=False):
        changed[name] = int(rng.choice(_beside(changed[name], CHOICES[name])))
    return spec(changed, parent.seed)


def _free(known: dict[str, int]) -> list[str]:
    return [name for name in CHOICES if name in known]


def _beside(value: int, choices: tuple[int, ...]) -> list[int]:
    """The next smaller and the next larger choice, as far as there are any."""
    smaller, larger = [each for each in choices if each < value], [each for each in choices if each > value]
    return smaller[-1:] + larger[:1]
