"""How fast training is beside the loop that anybody would write: `python -m tests.bench.training [DATA] [--student S]`.

The naive loop: a DataLoader without workers hands over crops that already lie decoded and cut in one file (which spares
it what reading recordings would cost), as float32 waveforms; the network computes its own log-mels from them; fp32, one
process, PyTorch's own threads, AdamW, CCC and MSE to the teacher's answers. Ours: two processes of one thread with
averaged gradients, bf16 where the processor has it, channels last, log-mels outside the graph, memory that is kept.
Both take the same steps over the same crops at the same rate; neither averages its weights over steps, since that looks
back over more of them than are taken here. What each has learnt is then scored on the same `dev`. The naive loop goes
first, since a process that has once kept its memory does so for good.

Only an otherwise idle machine gives the ratio: threads of one step wait for the slowest of them, so that whatever else
runs slows the naive loop several times as much as ours. DATA is a folder of taught crops (`train`, `dev`); without it,
synthetic voices answered by the loudness teacher are made.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch.utils.data import DataLoader, Dataset

from engine.networks.network import Network
from engine.scoring.measure import ccc
from engine.training import distil, losses, sampling, team
from engine.training.crops import Crops, save
from engine.training.presets import PRESETS, DistilOptions
from engine.types import StudentSpec
from tests import taught


class Waveforms(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Crops as anybody would hand them to a loader."""

    def __init__(self, crops: Crops) -> None:
        self.crops = crops

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.from_numpy(self.crops.clip(row)), torch.from_numpy(self.crops.adv[row])


def naive(spec: StudentSpec, options: DistilOptions, data: Path) -> tuple[Network, int, float]:
    """The student, how many crops it learnt from, and how many seconds that took."""
    crops = Crops.open(data, "train")
    student = distil.build(spec).train().to(memory_format=torch.contiguous_format)
    optimiser = torch.optim.AdamW(student.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    plans = [sampling.plan(crops, options, spec.seed, number) for number in range(options.passes)]
    batches = [rows.tolist() for plan in plans for rows in plan]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=len(batches), pct_start=0.05)
    began, seen = time.perf_counter(), 0
    for audio, adv in DataLoader(Waveforms(crops), batch_sampler=batches):
        said = student(audio)
        weights = torch.ones(len(adv))
        loss = losses.ccc_loss(said, adv, weights) + options.anchor * losses.squared(said, adv, weights)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        seen += len(adv)
    return student, seen, time.perf_counter() - began


def ours(spec: StudentSpec, options: DistilOptions, data: Path, folder: Path) -> tuple[Network, int, float]:
    """The same for Etude's own loop; what it does between passes is not counted."""
    crops = Crops.open(data, "train")
    plans = [sampling.plan(crops, options, spec.seed, number) for number in range(options.passes)]
    sizes = iter([len(rows) for plan in plans for rows in plan])
    took, seen, last = 0.0, 0, None
    for told in team.distil(spec, options, data, folder):
        now = time.perf_counter()
        if told.dev is None:
            size = next(sizes)
            if last is not None:  # the first step waits for the processes to meet
                took, seen = took + now - last, seen + size
        last = now
    return distil.load(spec, folder), seen, took


def main() -> None:
    """Print both speeds, their ratio, and what each student scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--student", default="etude")
    parser.add_argument("--pass-s", type=float, default=6000.0)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    spec = StudentSpec(given.student, size=13 if given.student == "wav2small" else 16, seed=given.seed)
    options = replace(
        PRESETS["etude"], passes=given.passes, pass_s=given.pass_s, embedding=0.0, average=0.0, patience=99
    )
    with TemporaryDirectory() as made:
        data = given.data or made_up(Path(made))
        dev = Crops.open(data, "dev")
        results = {
            "naive": naive(spec, options, data),
            "etude": ours(spec, options, data, Path(made) / "training"),
        }
        for name, (student, seen, took) in results.items():
            said = distil.answers(student, dev)
            distil.calibrate(student, said, dev.adv)
            scores = ccc(distil.answers(student, dev), dev.adv)
            print(
                f"{name:>6}: {seen} crops, {seen / took:.0f} a second, dev CCC {' / '.join(f'{v:.3f}' for v in scores)}"
            )
        (_, n1, t1), (_, n2, t2) = results.values()
        print(f" ratio: {n2 / t2 / (n1 / t1):.1f}")


def made_up(folder: Path) -> Path:
    """Synthetic voices of 2 s, answered by the loudness teacher."""
    save((taught.crop(seed, 2.0) for seed in range(3000)), folder, "train")
    save((taught.crop(seed, 2.0) for seed in range(10_000, 10_200)), folder, "dev")
    return folder


if __name__ == "__main__":
    main()
