"""Two processes that share a batch learn what one would."""

import multiprocessing
from pathlib import Path

import torch
import torch.distributed as dist

from engine.training import losses
from engine.training.gathered import gathered

SIZE = 7  # odd: one process has a row more


def whole() -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    return torch.rand(2, SIZE, 3, generator=random), torch.rand(SIZE, 3, generator=random)


def one_of_two(meeting: str, rank: int, out: Path) -> None:
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2)
    said, target = whole()
    mine = said[:, rank::2].clone().requires_grad_()
    rows = torch.cat([target[0::2], target[1::2]])
    loss = sum(losses.ccc_loss(each, rows) for each in gathered(mine, SIZE, rank, 2))
    loss.backward()  # type: ignore[union-attr]
    torch.save((mine.grad, float(loss)), out)
    dist.destroy_process_group()


def test_loss_and_gradients_are_those_of_the_whole_batch(tmp_path: Path) -> None:
    outs = [tmp_path / f"{rank}.pt" for rank in range(2)]
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=one_of_two, args=(str(tmp_path / "meeting"), rank, outs[rank])) for rank in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    said, target = whole()
    said.requires_grad_()
    loss = sum(losses.ccc_loss(each, target) for each in said)
    loss.backward()  # type: ignore[union-attr]
    for rank, out in enumerate(outs):
        gradient, told = torch.load(out, weights_only=True)
        torch.testing.assert_close(gradient, said.grad[:, rank::2])  # type: ignore[index]
        torch.testing.assert_close(torch.tensor(told), torch.as_tensor(loss).detach())


def test_one_process_has_all_of_it() -> None:
    said, _ = whole()
    assert gathered(said, SIZE, 0, 1) is said
