"""What a search knows of a shape, which shapes no other one beats, and the file in which both are kept. No torch."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean

from engine.types import StudentSpec

UNTRAINED = -2.0  # below every CCC


@dataclass(frozen=True)
class Candidate:
    """A shape that keeps within the caps: measured, and trained as far as it came."""

    spec: StudentSpec
    parameters: int  # trained numbers
    bytes: int  # of the exported and quantized file
    ms: float  # of one processor's time, for five seconds of audio
    share: float  # of the time that wav2small takes for the same, in the same run
    dev: tuple[float, float, float] | None = None  # CCC per axis on speakers who are not taught; None: not trained yet
    rung: int = 0  # how far it came; 0: measured only
    passes: int = 0  # over the crops, in its last training
    on_front: bool = False  # no other one is as good in everything and better in something

    @property
    def ccc(self) -> float:
        """Mean over the axes."""
        return fmean(self.dev) if self.dev else UNTRAINED


def dominates(one: Candidate, other: Candidate) -> bool:
    """Whether one is nowhere worse than the other and somewhere better: CCC up, time down, bytes down."""
    ours, theirs = (-one.ccc, one.ms, one.bytes), (-other.ccc, other.ms, other.bytes)
    return ours != theirs and all(mine <= its for mine, its in zip(ours, theirs, strict=True))


def pareto(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same candidates in the same order, with `on_front` where none of the others dominates."""
    return [replace(each, on_front=not any(dominates(other, each) for other in candidates)) for each in candidates]


def best(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """Those that go on: the least often dominated first, among equals the higher CCC."""
    beaten = [sum(dominates(other, each) for other in candidates) for each in candidates]
    order = sorted(range(len(candidates)), key=lambda place: (beaten[place], -candidates[place].ccc))
    return [candidates[place] for place in order[:count]]


def key(spec: StudentSpec) -> str:
    """A spec as text, the same for the same spec."""
    return json.dumps(asdict(spec), sort_keys=True)


def title(spec: StudentSpec) -> str:
    """A spec in a few words: `etude 16, hop 240, deep 3`."""
    return ", ".join([f"{spec.architecture} {spec.size}", *(f"{name} {value}" for name, value in spec.shape.items())])


class Log:
    """A line of JSON for each candidate that was measured (0 passes) or trained; a line cut short is left out."""

    def __init__(self, path: Path) -> None:
        self._path, self._known = path, dict[tuple[str, int], Candidate]()
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:  # its writer was killed
                continue
            spec, dev = StudentSpec(**row.pop("spec")), row.pop("dev")
            self._note(Candidate(spec=spec, dev=dev and tuple(dev), **row))

    def get(self, spec: StudentSpec, passes: int) -> Candidate | None:
        """What is known of a shape after so many passes, or None."""
        return self._known.get((key(spec), passes))

    def add(self, candidate: Candidate) -> None:
        """Write a candidate down."""
        self._note(candidate)
        with self._path.open("a") as file:
            file.write(f"\n{json.dumps(asdict(candidate))}")  # the line break first: it ends a line cut short, too

    def _note(self, candidate: Candidate) -> None:
        self._known[key(candidate.spec), candidate.passes] = candidate
