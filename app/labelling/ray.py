"""The same shards on Ray Data: on a cluster, or on this machine where there is none. Ray asks for each as any process
does; what is done is in the folder, so a killed worker's shard is made again, and a killed driver goes on from there.
"""

import json
import logging
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from app.jobs.work import Progress
from app.labelling import shards
from engine.labelling import pool, shard
from engine.labelling.shard import Made, Shard

MISSING = "Ray is not installed: pip install 'etude[ray]', on every machine of the cluster."
LOOPBACK = "127.0.0.1"


def every(folder: Path, teacher: str, of: int, workers: int | None = None) -> Generator[Progress]:
    """Do all shards on the cluster that RAY_ADDRESS names, else on this machine, where a core is left free.

    Args:
        folder, teacher, of: the shards; every machine must see the folder at this path.
        workers: at once; None: one less than there are cores, or as many as the cluster takes.

    Raises:
        ValueError: Ray is missing or does not start, or a shard could not be made; those that could are there.
    """
    try:
        import ray
    except ImportError as error:
        raise ValueError(MISSING) from error
    # what Ray prints of a worker's death is no answer
    with redirect_stdout(sys.stderr), _cluster(ray, workers), closing(_coming(folder, teacher, of, workers)) as coming:
        yield from shards.gather(coming, of)


def default_workers() -> int:
    """As many as leave a core free, for the driver: Ray hangs where its workers take every one."""
    return max(1, pool.cores() - 1)


@contextmanager
def _cluster(ray: Any, workers: int | None) -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    try:
        if "RAY_ADDRESS" in os.environ:
            ray.init(log_to_driver=False, logging_level="ERROR")
        else:
            ray.init("local", num_cpus=(workers or default_workers()) + 1, _node_ip_address=LOOPBACK, **quiet)
    except Exception as error:  # it has no common class for what can go wrong here
        raise ValueError(f"Ray did not start: {str(error).splitlines()[0][:200]}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _coming(folder: Path, teacher: str, of: int, workers: int | None) -> Generator[Made | Exception]:
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    at_once = workers or (None if "RAY_ADDRESS" in os.environ else default_workers())
    asked: Any = ray.data.from_items([{"number": number} for number in range(of)], override_num_blocks=of)
    made = asked.map(
        _make,
        fn_kwargs={"folder": str(folder.absolute()), "teacher": teacher, "of": of},
        num_cpus=1,
        compute=ray.data.TaskPoolStrategy(size=at_once),
    )
    for row in made.iter_rows():
        yield ValueError(row["error"]) if row["error"] else json.loads(row["made"])


def _make(row: dict[str, Any], folder: str, teacher: str, of: int) -> dict[str, str]:
    try:
        return {"made": json.dumps(shard.make(Shard(folder, teacher, int(row["number"]), of))), "error": ""}
    except ValueError as error:  # the others go on
        return {"made": "", "error": str(error)}
