"""Crops that the loudness teacher has answered, for tests that train for real and in seconds."""

import numpy as np
import torch

from engine.teachers import loudness
from engine.training import distil, reinforce
from engine.training.crops import Crop, Crops, save
from engine.types import StudentSpec
from tests.sounds import babble


def crop(seed, seconds=0.5, group=0):
    samples = np.rint(32_000 * babble(seconds, np.random.default_rng(seed)) / 0.9).astype(np.int16)
    adv, embedding = loudness.load().predict(reinforce.hearable(samples)[None])
    return Crop(samples, adv[0], embedding[0], group)


def folder(path, train=200, dev=60, test=60):
    """`train`, `dev` and `test` crops of half a second in a folder."""
    save((crop(seed, group=seed) for seed in range(train)), path, "train")
    save((crop(seed) for seed in range(1000, 1000 + dev)), path, "dev")
    save((crop(seed) for seed in range(2000, 2000 + test)), path, "test")
    return path


def learnt(path, steps=60):
    """A small student that has learnt a little from the crops in a folder, in evaluation mode."""
    crops, student = Crops.open(path, "train"), distil.build(StudentSpec("etude", size=8)).train()
    optimiser = torch.optim.AdamW(student.parameters(), 3e-3)
    rng = np.random.default_rng(0)
    for _ in range(steps):
        rows = rng.choice(len(crops), 48, replace=False)
        loss = (student(crops.audio(rows)) - torch.from_numpy(crops.adv[rows])).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return student.eval()
