"""Step 2 of the embedded teacher: the head first, then the last two encoder layers with it.

CCC against category anchors, with a small MSE and the categories beside it; mixup on the pooled vector;
an exponential average of the weights. `dev` chooses the epoch; `test` is not touched here.
"""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine import machine
from engine.networks.whisper import FROZEN, WIDTH, Head, Teacher, encoder
from engine.recipes.voices import ACTED, BURSTS
from engine.scoring.anchors import CATEGORIES, anchor, target
from engine.scoring.measure import ccc
from engine.training.losses import ccc_loss
from engine.types import CorpusRow, Floats

BATCH = 32
FAST = machine.bf16(torch.device("cpu"))  # elsewhere 16 bits are the slower way
EVERY = (*ACTED, "emogator")
FREE = ("emodb", "emogator")  # whose licence lets one sell what is trained on them
DRAWN = {"ravdess": (1, None), "emodb": (2, None), "nemo": (1, 1200), "emogator": (1, 900)}  # rounds, clips in each
DRAWN_FREE = {"emodb": (4, None), "emogator": (1, 1800)}


@dataclass(frozen=True)
class FitOptions:
    """One training of the teacher."""

    seed: int = 0
    corpora: tuple[str, ...] = EVERY  # trained on and chosen by; of emogator the cries that have an anchor
    head_epochs: int = 3
    epochs: int = 9
    rate: float = 1e-4  # of the encoder's layers; the head learns five times as fast
    augmented: float = 0.7  # part of the draws that are not the plain clip


def without(corpus: str) -> FitOptions:
    """How the figure for a corpus that was left out is made: a shorter training."""
    return FitOptions(corpora=tuple(name for name in ACTED if name != corpus), head_epochs=2, epochs=3)


@dataclass(frozen=True)
class Example:
    """Versions of one clip among the kept features."""

    row: CorpusRow
    starts: tuple[int, ...]
    frames: tuple[int, ...]
    target: Floats
    category: int


def examples(work: Path) -> list[Example]:
    """All clips of `teacher_features.prepare`, in its order."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for entry in json.loads((work / "index.json").read_text()):
        grouped.setdefault(entry["path"], []).append(entry)
    found = []
    for versions in grouped.values():
        fields = {k: v for k, v in versions[0].items() if k not in ("version", "start", "frames")}
        row = CorpusRow(**fields)
        known = CorpusRow(**{**fields, "category": BURSTS.get(row.category, row.category)})
        starts, frames = zip(*((v["start"], v["frames"]) for v in versions), strict=True)
        found.append(Example(row, starts, frames, target(known), CATEGORIES.index(known.category)))
    return found


def batch(chosen: list[tuple[Example, int]], features: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Padded features [B, T, 384], mask [B, T], targets [B, 3], categories [B]."""
    longest = max(example.frames[version] for example, version in chosen)
    padded = np.zeros((len(chosen), longest, WIDTH), np.float16)
    mask = np.zeros((len(chosen), longest), bool)
    for place, (example, version) in enumerate(chosen):
        start, frames = example.starts[version], example.frames[version]
        padded[place, :frames] = features[start : start + frames]
        mask[place, :frames] = True
    targets = torch.from_numpy(np.stack([example.target for example, _ in chosen]))
    return (
        torch.from_numpy(padded).float(), torch.from_numpy(mask), targets,
        torch.tensor([example.category for example, _ in chosen]),
    )  # fmt: skip


def epoch(train: list[Example], options: FitOptions, rng: np.random.Generator) -> Iterator[list[tuple[Example, int]]]:
    """Batches of clips of like length, of each corpus as many as DRAWN says."""
    drawn: list[tuple[Example, int]] = []
    table = DRAWN_FREE if options.corpora == FREE else DRAWN
    for corpus, count in ((name, count) for name in options.corpora for count in [table[name][1]] * table[name][0]):
        pool = [example for example in train if example.row.corpus == corpus]
        for pick in rng.permutation(len(pool))[:count]:
            example = pool[pick]
            version = int(rng.integers(1, len(example.starts))) if rng.random() < options.augmented else 0
            drawn.append((example, version))
    drawn.sort(key=lambda pair: pair[0].frames[pair[1]] + rng.uniform(0, 40))
    groups = [drawn[i : i + BATCH] for i in range(0, len(drawn) - BATCH // 2, BATCH)]
    for group in rng.permutation(len(groups)):
        yield groups[group]


def loss(teacher: Teacher, group: list[tuple[Example, int]], features: np.ndarray, names: Sequence[str]) -> Tensor:
    """CCC + 5 MSE + .3 cross-entropy (smoothing .1), pooled vectors mixed with one another."""
    x, mask, targets, categories = batch(group, features)
    corpus = torch.tensor([names.index(example.row.corpus) for example, _ in group])
    with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
        pooled = teacher.head.pool(teacher.states(x, mask), mask).float()
    share = torch.distributions.Beta(0.3, 0.3).sample((len(group), 1))
    other = torch.randperm(len(group))
    adv, logits, _ = teacher.head.answer(share * pooled + (1 - share) * pooled[other], corpus)
    mixed = share * targets + (1 - share) * targets[other]
    entropy = nn.functional.cross_entropy
    named = share[:, 0] * entropy(logits, categories, reduction="none", label_smoothing=0.1)
    named = named + (1 - share[:, 0]) * entropy(logits, categories[other], reduction="none", label_smoothing=0.1)
    return ccc_loss(adv, mixed) + 5 * nn.functional.mse_loss(adv, mixed) + 0.3 * named.mean()


@torch.inference_mode()
def answers(teacher: Teacher, chosen: list[Example], features: np.ndarray) -> Floats:
    """The teacher's A/D/V of each plain clip, [N, 3]."""
    teacher.eval()
    order = sorted(range(len(chosen)), key=lambda i: chosen[i].frames[0])
    values = np.zeros((len(chosen), 3), np.float32)
    for first in range(0, len(order), BATCH):
        places = order[first : first + BATCH]
        x, mask, _, _ = batch([(chosen[i], 0) for i in places], features)
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
            pooled = teacher.head.pool(teacher.states(x, mask), mask).float()
        values[places] = teacher.head.answer(pooled, None)[0].numpy()
    teacher.train()
    return values


def fit(shared: Path, work: Path, options: FitOptions) -> tuple[Teacher, float]:
    """Train once; returns the averaged teacher of the best epoch and its mean CCC on `dev`."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    features = np.memmap(work / "features.f16", np.float16, "r").reshape(-1, WIDTH)
    kept = [e for e in examples(work) if e.row.corpus in options.corpora]
    train = [e for e in kept if e.row.split == "train"]
    dev = [e for e in kept if e.row.split == "dev" and e.row.corpus in ACTED]
    truth = np.stack([anchor(e.row) for e in dev])
    head = Head(len(options.corpora))
    teacher = Teacher(encoder(shared / "weights/whisper_tiny_en_encoder.safetensors"), head).train()
    average, best, best_score = deepcopy(teacher), deepcopy(teacher), -1.0
    teacher.whisper.requires_grad_(False)
    layers = [p for layer in teacher.whisper.layers[FROZEN:] for p in layer.parameters()]
    groups = [{"params": layers, "lr": 0.0}, {"params": teacher.head.parameters(), "lr": 1e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
    total = options.head_epochs + options.epochs
    for number in range(total):
        tuning = number >= options.head_epochs
        for p in layers:
            p.requires_grad_(tuning)
        for group in epoch(train, options, rng):
            optimiser.zero_grad()
            loss(teacher, group, features, options.corpora).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimiser.step()
            with torch.no_grad():
                for mean, value in zip(average.parameters(), teacher.parameters(), strict=True):
                    mean.lerp_(value, 0.01 if tuning else 0.02)
        if number + 1 >= options.head_epochs:  # a cosine from here to nothing
            left = 0.5 * (1 + np.cos(np.pi * (number + 1 - options.head_epochs) / options.epochs))
            optimiser.param_groups[0]["lr"] = options.rate * left
            optimiser.param_groups[1]["lr"] = 5 * options.rate * left
        scores = ccc(answers(average, dev, features), truth)
        print(f"epoch {number + 1}/{total}: dev CCC " + " / ".join(f"{v:.3f}" for v in scores), flush=True)
        if float(scores.mean()) > best_score:
            best, best_score = deepcopy(average), float(scores.mean())
    return best, best_score


def branch_file(work: Path, options: FitOptions) -> Path:
    """Where the weights of a training are kept."""
    return work / f"branch_{options.seed}_{'_'.join(options.corpora)}.pt"


def branch(work: Path, options: FitOptions) -> Teacher:
    """A trained teacher, as it was kept."""
    teacher = Teacher(encoder(None), Head(len(options.corpora)))
    teacher.load_state_dict(torch.load(branch_file(work, options), weights_only=True))
    return teacher.eval()
