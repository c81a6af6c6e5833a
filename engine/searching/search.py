"""Search over student shapes under caps: measured first, then trained a little, the better half a little longer.

What does not fit is dropped before any training, as in EEEA-Net (Termritthikun et al. 2021, arXiv 2108.06156); what
fits is screened by successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943): each rung trains twice as many
passes, from the start, since the learning rate follows their number. Half of a rung goes on, joined by its mutants.

The draws follow from the seed. Which shapes go on follows from measured times too, so another run may go another way;
one that was interrupted does not, since each measurement and each training is a line in the folder, read before it is
made again, and a training that was cut off goes on where it was.
"""

import shutil
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from engine.scoring.measure import ccc
from engine.searching import screening, shapes
from engine.searching.candidates import Candidate, Log, best, key, pareto, title
from engine.searching.rungs import RUNGS, SearchOptions, rungs
from engine.searching.screening import Size
from engine.training import distil, team
from engine.training.crops import Crops
from engine.types import StudentSpec

TRIES = 50  # shapes that are drawn for one that fits, before the caps are called too tight
LOG, FILES = "candidates.jsonl", "files"  # in the folder of a search


@dataclass(frozen=True)
class Step:
    """How far a search is; `found`, whenever there is something new, is everything trained so far."""

    part: float  # done, 0..1
    message: str
    found: list[Candidate] | None = None


def search(options: SearchOptions, data: Path, folder: Path) -> Iterator[Step]:
    """Search with the crops `train` and `dev` in `data`; what is found in `folder` is not done again.

    The folder must be of the same data and training options. The last step has the result.

    Raises:
        ValueError: no shape fits the caps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    yield from Search(options, data, folder).run()


class Search:
    """The state of one search; all of it can be had again from its folder."""

    def __init__(self, options: SearchOptions, data: Path, folder: Path) -> None:
        self.options, self.data, self.folder = options, data, folder
        self.rng = np.random.default_rng(options.seed)
        self.plan, self.log = rungs(options), Log(folder / LOG)
        self.drawn = set[str]()
        self.found = dict[str, Candidate]()  # every trained one, by spec
        self.done = 0.0  # passes

    def run(self) -> Iterator[Step]:
        """Rung after rung."""
        rivals: list[Candidate] = []
        for number, rung in enumerate(self.plan, 1):
            stay = best(rivals, rung.stay)
            fresh = yield from self._fresh(rung.fresh, self._drawing([each.spec for each in stay]))
            rivals = []
            for candidate in [*stay, *fresh]:
                trained = yield from self._train(candidate, number, rung.passes)
                rivals.append(trained)
                self.found[key(trained.spec)] = trained
                told = self._step(f"{title(trained.spec)} has CCC {trained.ccc:.3f} on dev.")
                yield replace(told, found=pareto([*self.found.values()]))
        result = pareto([*self.found.values()])
        front = sum(each.on_front for each in result)
        yield Step(1.0, f"{len(result)} shapes trained, {front} of them on the front.", result)

    def _drawing(self, parents: list[StudentSpec]) -> Iterator[StudentSpec]:
        """Shapes without end: the parents' mutants in turn; without parents, the usual shape and then any."""
        if not parents:
            yield StudentSpec(shapes.ARCHITECTURE, seed=self.options.seed)
        while True:
            for parent in parents:
                yield shapes.mutate(parent, self.rng)
            if not parents:
                yield shapes.draw(self.rng, self.options.seed)

    def _fresh(self, count: int, drawing: Iterator[StudentSpec]) -> Generator[Step, None, list[Candidate]]:
        """So many shapes within the caps that were not there before, or fewer where these are rare; all measured."""
        sizes, fitting = list[Size](), list[Size]()
        for spec in islice(drawing, TRIES * count):
            if key(spec) not in self.drawn:
                self.drawn.add(key(spec))
                yield self._step(f"Measuring {title(spec)}.")
                sizes.append(self._size(spec))
                fitting = [size for size in sizes if self._fits(size)]
            if len(fitting) == count:
                break
        if not fitting and not self.found:
            least = min(sizes, key=lambda size: size.bytes)
            smallest = f"{least.parameters:,} parameters and {least.bytes:,} bytes"
            raise ValueError(f"None of {len(sizes)} shapes fits: the smallest has {smallest}. Allow more.")
        if fitting:
            yield self._step(f"Timing {len(fitting)} shapes.")
        return self._timed(fitting)

    def _size(self, spec: StudentSpec) -> Size:
        before = self.log.get(spec, 0)
        return Size(spec, before.parameters, before.bytes) if before else screening.size(spec, self._file(spec))

    def _fits(self, size: Size) -> bool:
        limits = ((size.bytes, self.options.max_bytes), (size.parameters, self.options.max_parameters))
        return all(number <= cap or not cap for number, cap in limits)

    def _timed(self, sizes: list[Size]) -> list[Candidate]:
        fresh = [size for size in sizes if not self.log.get(size.spec, 0)]
        if fresh:
            files = [self._file(size.spec) for size in fresh]
            for candidate in screening.timed(fresh, files, self._file(screening.REFERENCE)):
                self.log.add(candidate)
        shutil.rmtree(self.folder / FILES, ignore_errors=True)
        return [known for size in sizes if (known := self.log.get(size.spec, 0))]

    def _train(self, candidate: Candidate, rung: int, passes: int) -> Generator[Step, None, Candidate]:
        """The candidate with what it reached in so many passes, known or found now."""
        spec, known = candidate.spec, self.log.get(candidate.spec, passes)
        if known is None:
            folder = self.folder / f"training-{_name(spec)}-{passes}"
            options = replace(self.options.training, passes=passes, patience=passes)
            for told in team.distil(spec, options, self.data, folder):
                at = f"pass {told.passes:.1f} of {passes}"
                yield self._step(f"Round {rung} of {RUNGS}, {title(spec)}: {at}.", told.passes)
            known = replace(candidate, dev=_score(spec, self.data, folder), rung=rung, passes=passes)
            self.log.add(known)
            shutil.rmtree(folder)
        self.done += passes
        return replace(known, rung=rung)

    def _step(self, message: str, under_way: float = 0.0) -> Step:
        whole = sum((rung.stay + rung.fresh) * rung.passes for rung in self.plan)
        return Step(min(0.999, (self.done + under_way) / whole), message)

    def _file(self, spec: StudentSpec) -> Path:
        (self.folder / FILES).mkdir(exist_ok=True)
        return self.folder / FILES / f"{_name(spec)}.onnx"


def _name(spec: StudentSpec) -> str:
    return f"{zlib.crc32(key(spec).encode()):08x}"


def _score(spec: StudentSpec, data: Path, folder: Path) -> tuple[float, float, float]:
    """CCC per axis on `dev` of the best pass of a training."""
    dev = Crops.open(data, "dev")
    a, d, v = (round(float(value), 5) for value in ccc(distil.answers(distil.load(spec, folder), dev), dev.adv))
    return a, d, v
