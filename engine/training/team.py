"""One training in several processes of one thread each, with averaged gradients; this one is the first of them.

A card is used by one process; several cards by several processes that `accelerate launch` starts (`etude[accelerate]`).

The others are plain child processes: they end when this one does, however it ends, since their standard input ends.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist

from engine.training.distil import Told, Training
from engine.training.presets import DistilOptions
from engine.types import StudentSpec

PATIENCE = timedelta(minutes=30)  # for one another: the first scores while the others wait

_newest = list[object]()  # group, which must not be let go of by what is taught with it; see _join


def distil(spec: StudentSpec, options: DistilOptions, data: Path, folder: Path) -> Iterator[Told]:
    """Train on the crops `train` in `data`, choose on `dev`; the best student lands in `folder`, and the whole state.

    What is found in `folder` is continued; it must be of the same spec, options and data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if launched():
        from accelerate import PartialState  # an extra: only where it has launched us is it needed

        state = PartialState(cpu=not torch.cuda.is_available())
        yield from Training(spec, options, data, folder, state.process_index, state.num_processes).run()
        return
    if options.processes == 1 or torch.cuda.is_available():  # one process fills one card
        yield from Training(spec, options, data, folder).run()
        return
    with _others(spec, options, data, folder) as meeting:
        _join(meeting, 0, options.processes)
        try:
            yield from Training(spec, options, data, folder, 0, options.processes).run()
        finally:
            dist.destroy_process_group()


def lost(error: RuntimeError) -> bool:
    """Whether an error says that another process of the training is gone; torch has no class for it."""
    return isinstance(error, dist.DistError) or "gloo" in str(error)


def launched() -> bool:
    """Whether `accelerate launch` has started this process as one of several: the way to use several cards."""
    return int(os.environ.get("WORLD_SIZE", 1)) > 1


@contextmanager
def _others(spec: StudentSpec, options: DistilOptions, data: Path, folder: Path) -> Iterator[Path]:
    meeting = (folder / "meeting").absolute()
    meeting.unlink(missing_ok=True)
    task = json.dumps([asdict(spec), asdict(options), str(data), str(folder), str(meeting)])
    command = [sys.executable, "-m", "engine.training.team"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    home = Path(__file__).parents[2]
    others = [
        # in a session of their own: Ctrl-C goes to the first, which then ends them
        subprocess.Popen(
            [*command, str(rank), task], stdin=subprocess.PIPE, env=environment, cwd=home, start_new_session=True
        )
        for rank in range(1, options.processes)
    ]
    try:
        yield meeting
    finally:
        for other in others:
            other.kill()
            other.communicate()
        meeting.unlink(missing_ok=True)


def _join(meeting: Path, rank: int, of: int) -> None:
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=of, timeout=PATIENCE)
    # The end of a group waits for its thread. Python's own reference gives up the GIL for that; torch's Reducer does
    # not: where it was the last to let go, after another process was lost, the thread waited for the GIL in turn.
    _newest[:] = [dist.group.WORLD]


def _leave_with_the_first() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Be one of the others."""
    threading.Thread(target=_leave_with_the_first, daemon=True).start()
    rank, (spec, options, data, folder, meeting) = int(sys.argv[1]), json.loads(sys.argv[2])
    chosen = DistilOptions(**options)
    try:
        _join(Path(meeting), rank, chosen.processes)
        for _ in Training(StudentSpec(**spec), chosen, Path(data), Path(folder), rank, chosen.processes).run():
            pass
    except RuntimeError as error:
        why = "another one is gone" if lost(error) else str(error).partition("\n")[0][:200]
        sys.exit(f"Process {rank + 1} of the {chosen.processes} of a training stops: {why}.")


if __name__ == "__main__":
    main()
