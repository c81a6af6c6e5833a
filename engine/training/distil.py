"""Teach a student what a teacher answers, in passes over taught crops; stop, kill or cancel it anywhere, and go on.

The teacher has answered exactly the crop that the student hears (Beyer et al. 2021, arXiv 2106.05237). Where it gives
an embedding, a projection of the student's pooled token follows it; the projection is thrown away. After each pass the
averaged student is calibrated and scored on `dev`; the best stays. The whole state is kept every half minute, so the
same seed gives the same student on the same machine whether or not it was interrupted.
"""

import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from safetensors.torch import load_file
from torch import Tensor, nn

from engine import machine, plugins
from engine.networks.network import Network
from engine.scoring.measure import ccc
from engine.students.slim import FULL, Slim, sandwich
from engine.training import losses, sampling
from engine.training.crops import Crops
from engine.training.gathered import gathered
from engine.training.presets import DistilOptions
from engine.training.pupil import Pupil
from engine.types import Floats, StudentSpec

SETTLE = 20  # batches on which the averaged student's norms are measured anew
STATE, BEST = "state.pt", "student.pt"  # in the folder of a training
START = "start.safetensors"  # weights to begin with, if somebody put them into the folder


@dataclass(frozen=True)
class Told:
    """How a training goes. `dev` only after a pass: CCC per axis on speakers who are not taught."""

    passes: float  # done
    of: int
    loss: float  # mean since the last
    samples_s: float  # crops learnt from a second, all processes together
    left_s: float  # if no early stop comes
    dev: tuple[float, float, float] | None = None
    best: float | None = None  # mean over the axes


@torch.inference_mode()
def answers(student: Network, clips: Crops) -> Floats:
    """The student's A/D/V of each clip, [N, 3]; it is left in evaluation mode."""
    student.eval()
    device = next(student.parameters()).device
    said = [student(clips.audio(np.array([row])).to(device))[0].cpu().numpy() for row in range(len(clips))]
    return np.stack(said)


def calibrate(student: Network, said: Floats, taught: Floats) -> None:
    """Fold into the last linear the scale and shift per axis that bring `said` to the spread and mean of `taught`."""
    scale = torch.from_numpy((taught.std(axis=0) / np.maximum(said.std(axis=0), 1e-6)).astype(np.float32))
    shift = torch.from_numpy(taught.mean(axis=0)) - scale * torch.from_numpy(said.mean(axis=0))
    with torch.no_grad():
        student.out.weight.mul_(scale[:, None].to(student.out.weight))
        student.out.bias.mul_(scale.to(student.out.bias)).add_(shift.to(student.out.bias))


def build(spec: StudentSpec) -> Network:
    """The untrained student of a spec, the same for the same seed."""
    torch.manual_seed(spec.seed)
    student: Network = plugins.load("students", spec.architecture).build(spec)
    return student.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def load(spec: StudentSpec, folder: Path) -> Network:
    """The best student of a training, on the CPU, in evaluation mode."""
    student = build(spec)
    student.load_state_dict(torch.load(folder / BEST, weights_only=True, map_location="cpu"))
    return student.eval()


class Training:
    """The state of one training, the same in every process that shares it; rank 0 scores, keeps and tells."""

    def __init__(
        self, spec: StudentSpec, options: DistilOptions, data: Path, folder: Path, rank: int = 0, of: int = 1
    ) -> None:
        torch.set_num_threads(1)
        machine.keep_memory()
        self.spec, self.options, self.folder, self.rank, self.of = spec, options, folder, rank, of
        self.crops, self.dev = Crops.open(data, "train"), Crops.open(data, "dev")
        self.device = machine.device()
        self.student = build(spec)
        if (folder / START).exists():
            self.student.load_state_dict(load_file(folder / START))
        self.student.to(self.device)
        self.pupil = Pupil(self.student, self.crops.embedding.shape[1]).to(self.device)
        with torch.no_grad():  # gives the projection its shape
            self.pupil.eval()(self.student.log_mel(self.crops.audio(np.array([0, 0])).to(self.device)))
        self.pupil.train()
        self.average = deepcopy(self.student)
        self.optimiser = torch.optim.AdamW(
            self.pupil.parameters(), lr=options.rate, weight_decay=options.weight_decay, fused=True
        )
        self.number = self.step = 0  # the pass, and the step in it
        self.best, self.since = -1.0, 0
        if (folder / STATE).exists():
            self._resume()
        # buffers are the norms' statistics: those of rank 0 are kept, and no other process reads its own
        together = partial(nn.parallel.DistributedDataParallel, forward_sync_buffers=False)
        self.taught = together(self.pupil) if of > 1 else self.pupil

    def run(self) -> Iterator[Told]:
        """Go on to the end; yields after every step of rank 0's and after every pass."""
        began = kept = time.monotonic()
        begun: float | None = None
        while self.number < self.options.passes and self.since < self.options.patience:
            batches = sampling.plan(self.crops, self.options, self.spec.seed, self.number)
            while self.step < len(batches):
                at, part = time.monotonic(), (self.number + self.step / len(batches)) / self.options.passes
                begun = part if begun is None else begun
                loss = self._learn(batches[self.step], part)
                self.step += 1
                now, done = time.monotonic(), self.number + self.step / len(batches)
                if self.rank == 0 and now - kept > self.options.keep_s:
                    self._keep()
                    kept = now
                pace = (now - began) / max(done / self.options.passes - begun, 1e-9)
                left_s = pace * (1 - done / self.options.passes)
                yield Told(done, self.options.passes, loss, len(batches[self.step - 1]) / max(now - at, 1e-9), left_s)
            self.number, self.step = self.number + 1, 0
            yield self._score(batches)
        if self.rank == 0:
            self._keep()

    def _learn(self, rows: np.ndarray, part: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.options.rate * min(part / 0.05 + 1e-3, 0.5 * (1 + math.cos(math.pi * part)))
        loss, told = self._loss(rows)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.pupil.parameters(), 1.0)
        self.optimiser.step()
        self._follow()
        return told

    def _loss(self, rows: np.ndarray) -> tuple[Tensor, float]:
        """What this process minimises with its part of a batch, and the loss that people are told."""
        options, table, mine = self.options, self.crops, rows[self.rank :: self.of]
        with torch.no_grad():
            log_mel = self.student.log_mel(table.audio(mine).to(self.device))
            log_mel = log_mel.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=options.bf16 and machine.bf16(self.device)):
            said, projected = self.taught(log_mel)
            answered = torch.stack([said, *self._narrower(log_mel)]).float()
        ordered = np.concatenate([rows[rank :: self.of] for rank in range(self.of)])
        target = torch.from_numpy(table.adv[ordered]).to(self.device)
        weights = torch.from_numpy(table.weight[ordered]).to(self.device)
        batch = gathered(answered, len(rows), self.rank, self.of)
        error = torch.stack([self._error(each, target, weights) for each in batch]).sum()
        # without it the projection still takes part, with nothing to say: all processes share all gradients
        embedding = torch.from_numpy(table.embedding[mine].astype(np.float32)).to(self.device)
        follows = options.embedding * losses.following(projected.float(), embedding)
        # gradients are averaged over the processes, and each one's holds only its own answers' part of the error
        return self.of * error + follows, float((error + follows).detach())

    def _narrower(self, log_mel: Tensor) -> list[Tensor]:
        """What a slimmable student answers at the other widths that this step teaches."""
        if not isinstance(self.student, Slim):
            return []
        return [self.student.at(width, log_mel) for width in sandwich(self.spec.seed, self.number, self.step)]

    def _error(self, said: Tensor, target: Tensor, weights: Tensor) -> Tensor:
        loss = self.options.ccc * losses.ccc_loss(said, target, weights)
        if self.options.anchor:
            loss = loss + self.options.anchor * losses.squared(said, target, weights)
        if self.options.quadrant:
            loss = loss + self.options.quadrant * losses.quadrant(said, target, weights)
        return loss

    @torch.no_grad()
    def _follow(self) -> None:
        taken = self.number * 1000 + self.step  # early on the average forgets faster
        share = min(self.options.average, (1 + taken) / (10 + taken)) if self.options.average else 0.0
        torch._foreach_lerp_(list(self.average.parameters()), list(self.student.parameters()), 1 - share)
        torch._foreach_copy_(list(self.average.buffers()), list(self.student.buffers()))

    def _score(self, batches: list[np.ndarray]) -> Told:
        """Rank 0 scores the averaged student and keeps it if it is the best; all learn whether to go on."""
        scores = np.zeros(3)
        if self.rank == 0:
            student = deepcopy(self.average)
            for width in student.widths if isinstance(student, Slim) else (FULL,):  # the full one last
                if isinstance(student, Slim):
                    student.use(width)
                said = self._ready(student, batches[:SETTLE])
            scores = ccc(said, self.dev.adv).astype(np.float64)
            if scores.mean() > self.best:
                torch.save({k: v.cpu().contiguous() for k, v in student.state_dict().items()}, self.folder / BEST)
        if self.of > 1:
            shared = torch.from_numpy(scores).to(self.device)
            dist.broadcast(shared, 0)
            scores = shared.cpu().numpy()
        self.since = 0 if scores.mean() > self.best else self.since + 1
        self.best = max(self.best, float(scores.mean()))
        a, d, v = (float(score) for score in scores)
        return Told(self.number, self.options.passes, float("nan"), 0.0, 0.0, (a, d, v), self.best)

    def _ready(self, student: Network, batches: list[np.ndarray]) -> Floats:
        """Settle and calibrate a student as the recipe asks; gives what it then says of `dev`, [N, 3]."""
        if self.options.average:
            self._settle(student, batches)
        said = answers(student, self.dev)
        if not self.options.calibrate:
            return said
        calibrate(student, said, self.dev.adv)
        scale = self.dev.adv.std(axis=0) / np.maximum(said.std(axis=0), 1e-6)
        return np.asarray((said - said.mean(axis=0)) * scale + self.dev.adv.mean(axis=0), np.float32)

    @torch.no_grad()
    def _settle(self, student: Network, batches: list[np.ndarray]) -> None:
        norms = [m for m in student.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean
        student.train()
        for rows in batches:
            student(self.crops.audio(rows[:: self.of]).to(self.device))

    def _keep(self) -> None:
        state = {
            "student": self.pupil.state_dict(), "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(), "torch": torch.get_rng_state(),
            "at": [self.number, self.step, self.best, self.since],
        }  # fmt: skip
        partial = self.folder / f"{STATE}.partial"
        torch.save(state, partial)
        partial.replace(self.folder / STATE)

    def _resume(self) -> None:
        state: dict[str, Any] = torch.load(self.folder / STATE, weights_only=True, map_location=self.device)
        self.pupil.load_state_dict(state["student"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["torch"].cpu())
        self.number, self.step, self.best, self.since = state["at"]
