"""Teach a student what a teacher answers: crops of equal length a batch, CCC with a small MSE, EMA, calibration.

The teacher has answered exactly the crop that the student hears (Beyer et al. 2021, arXiv 2106.05237). Where the
teacher gives an embedding, a projection of the student's pooled token follows it; the projection is thrown away.
Cores are used as one-thread processes with averaged gradients; a loader would cost more than it brings.
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine import plugins
from engine.measure import ccc
from engine.network import Network
from engine.types import SAMPLE_RATE, Floats, StudentSpec


@dataclass(frozen=True)
class DistilOptions:
    """One training of a student."""

    epochs: int = 6
    batch_s: float = 96.0  # seconds of audio a step, all processes together
    rate: float = 4e-3
    weight_decay: float = 0.01
    anchor: float = 3.0  # weight of the MSE beside CCC
    embedding: float = 0.3  # weight of following the teacher's embedding
    average: float = 0.998  # of the weights, a step
    processes: int = 2


@dataclass(frozen=True)
class Crops:
    """Taught crops, one after the other in a file of int16.

    Shape:
        samples: int16 [total]; start, length: [N]; adv: float32 [N, 3]; embedding: float32 [N, E].
    """

    samples: np.ndarray
    start: np.ndarray
    length: np.ndarray
    adv: Floats
    embedding: Floats

    @classmethod
    def open(cls, folder: Path, name: str) -> "Crops":
        """Read what `save` wrote; the samples stay on disk."""
        table = np.load(folder / f"{name}.npz")
        samples = np.memmap(folder / f"{name}.i16", np.int16, "r")
        return cls(samples, *(table[key] for key in ("start", "length", "adv", "embedding")))

    def audio(self, rows: np.ndarray) -> Tensor:
        """Equally long crops as float32 [B, T]."""
        length = self.length[rows[0]]
        return torch.from_numpy(np.stack([self.samples[s : s + length] for s in self.start[rows]]) / np.float32(32768))


def batches(crops: Crops, batch_s: float, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """One pass over the crops in random batches of one length each."""
    found = []
    for length in np.unique(crops.length):
        rows = rng.permutation(np.flatnonzero(crops.length == length))
        size = int(batch_s * SAMPLE_RATE / length)
        found += [rows[i : i + size] for i in range(0, len(rows), size) if len(rows[i : i + size]) >= 16]
    for place in rng.permutation(len(found)):
        yield found[place]


def ccc_loss(answers: Tensor, targets: Tensor) -> Tensor:
    """1 - CCC (Lin 1989) over the batch, averaged over the axes: [B, 3], [B, 3] -> scalar."""
    a, t = answers - answers.mean(0), targets - targets.mean(0)
    spread = a.square().mean(0) + t.square().mean(0) + (answers.mean(0) - targets.mean(0)).square()
    return (1 - 2 * (a * t).mean(0) / (spread + 1e-6)).mean()


class Pupil(nn.Module):
    """A student while it is taught: with a projection onto the teacher's embedding."""

    def __init__(self, student: Network, embedding: int) -> None:
        super().__init__()
        self.student = student
        self.project = nn.LazyLinear(embedding)

    def forward(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.student.pooled(self.student.tokens(log_mel)).float()
        return self.student.out(pooled), self.project(pooled)


@torch.inference_mode()
def answers(student: Network, clips: list[Floats]) -> Floats:
    """The student's A/D/V of each clip, [N, 3]; it is left in evaluation mode."""
    student.eval()
    return np.stack([student(torch.from_numpy(clip)[None])[0].numpy() for clip in clips])


def calibrate(student: Network, said: Floats, taught: Floats) -> None:
    """Fold into the last linear the scale and shift per axis that bring `said` to the spread and mean of `taught`."""
    scale = torch.from_numpy((taught.std(axis=0) / said.std(axis=0)).astype(np.float32))
    shift = torch.from_numpy(taught.mean(axis=0)) - scale * torch.from_numpy(said.mean(axis=0))
    with torch.no_grad():
        student.out.weight.mul_(scale[:, None])
        student.out.bias.mul_(scale).add_(shift)


def distil(spec: StudentSpec, options: DistilOptions, folder: Path, checkpoint: Path) -> None:
    """Train on `folder`'s `train` crops; the best epoch on `dev`, calibrated, lands in `checkpoint`."""
    if options.processes == 1:
        _train(0, spec, options, folder, checkpoint)
        return
    meeting = checkpoint.with_suffix(".meeting").absolute()
    meeting.unlink(missing_ok=True)
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.multiprocessing.spawn(  # type: ignore[attr-defined, no-untyped-call]
        _process, (spec, options, folder, checkpoint, meeting), nprocs=options.processes
    )
    meeting.unlink(missing_ok=True)


def _process(
    rank: int, spec: StudentSpec, options: DistilOptions, folder: Path, checkpoint: Path, meeting: Path
) -> None:
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=options.processes)
    try:
        _train(rank, spec, options, folder, checkpoint)
    finally:
        dist.destroy_process_group()


def _train(rank: int, spec: StudentSpec, options: DistilOptions, folder: Path, checkpoint: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(spec.seed)
    crops, dev = Crops.open(folder, "train"), Crops.open(folder, "dev")
    student: Network = plugins.load("students", spec.architecture).build(spec).to(memory_format=torch.channels_last)
    pupil = Pupil(student, crops.embedding.shape[1])
    rng = np.random.default_rng(spec.seed)
    with torch.no_grad():
        pupil(student.log_mel(crops.audio(np.array([0, 0]))))  # gives the projection its shape
    taught = nn.parallel.DistributedDataParallel(pupil) if options.processes > 1 else pupil
    plan = [rows for _ in range(options.epochs) for rows in (*batches(crops, options.batch_s, rng), None)]
    optimiser = torch.optim.AdamW(pupil.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, len(plan), pct_start=0.1)
    average, best = deepcopy(student), -1.0
    for step, rows in enumerate(plan):
        if rows is None:
            if rank == 0:
                best = _keep(average, dev, best, checkpoint, f"step {step + 1} of {len(plan)}")
            continue
        loss = _loss(taught, student, crops, rows[rank :: options.processes], options)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        _follow(average, student, min(options.average, (1 + step) / (10 + step)))


def _loss(taught: nn.Module, student: Network, crops: Crops, rows: np.ndarray, options: DistilOptions) -> Tensor:
    with torch.no_grad():
        log_mel = student.log_mel(crops.audio(rows)).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        said, projected = taught(log_mel)
    target = torch.from_numpy(crops.adv[rows])
    embedding = torch.from_numpy(crops.embedding[rows])
    following = 1 - nn.functional.cosine_similarity(projected.float(), embedding).mean()
    error = nn.functional.mse_loss(said.float(), target)
    return ccc_loss(said.float(), target) + options.anchor * error + options.embedding * following


@torch.no_grad()
def _follow(average: Network, student: Network, share: float) -> None:
    for mean, value in zip(average.parameters(), student.parameters(), strict=True):
        mean.lerp_(value, 1 - share)
    for kept, buffer in zip(average.buffers(), student.buffers(), strict=True):
        kept.copy_(buffer)


def _keep(average: Network, dev: Crops, best: float, checkpoint: Path, when: str) -> float:
    student = deepcopy(average)
    clips = [dev.audio(np.array([row]))[0].numpy() for row in range(len(dev.start))]
    said = answers(student, clips)
    scores = ccc(said, dev.adv)
    calibrate(student, said, dev.adv)
    print(f"{when}: dev CCC to the teacher " + " / ".join(f"{v:.3f}" for v in scores), flush=True)
    if float(scores.mean()) > best:
        torch.save(student.state_dict(), checkpoint)
    return max(best, float(scores.mean()))
