"""The verbs `label`, here or in shards on many machines, and `merge`, which takes in what was labelled elsewhere."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import click

from app import console, models, settings
from app.console import data_option, json_option
from app.jobs.work import Progress
from app.labelling import local, ray, shards
from app.labelling.merge import merge as merged
from app.rating import doubts
from engine import plugins
from engine.labelling import pool
from engine.labelling.shard import Shard, manifest
from store.db import Store

OWN = "shards"  # in the data folder: of work that goes through shards and is merged at once


@click.command()
@click.option("--teacher", default=models.TEACHER, help="Its name; see `etude teachers`.", show_default=True)
@click.option("--processes", type=click.IntRange(1), help="Of one thread each (else the machine's cores).")
@click.option(
    "--shards", "of", type=click.IntRange(1), help="Into how many files, for many machines; needs --out or --ray."
)
@click.option("--shard", "number", type=click.IntRange(0), help="Only this one, from 0 to one less than --shards.")
@click.option("--out", type=click.Path(path_type=Path), help="The shards' folder, which every machine sees.")
@click.option("--ray", "by_ray", is_flag=True, help="By Ray: on the cluster of RAY_ADDRESS, else here.")
@data_option
@json_option
def label(
    teacher: str,
    processes: int | None,
    of: int | None,
    number: int | None,
    out: Path | None,
    by_ray: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Let a teacher answer every clip that it has not answered yet.

    In shards, each file of answers is made once: the same command again, on any machine, does what is missing. Then
    `etude merge DIR` takes them in.
    """
    if (number is not None or (of and not by_ray)) and not out:
        raise click.UsageError("Shards need a folder: --out DIR.")
    if number is not None and (not of or number >= of):
        raise click.UsageError("Say of how many the shard is one: --shards N, and a --shard below N.")
    if number is not None and by_ray:
        raise click.UsageError("Ray does all shards; leave out --shard.")
    if out:
        steps = _shards(out, teacher, data, of, number, processes, by_ray)
        console.done(steps, as_json, "failed")
        return
    with Store(settings.data_folder(data)) as store:
        done = _by_ray(store, teacher, of, processes) if by_ray else local.label(store, teacher, processes=processes)
        console.done(done, as_json, "failed")
        doubts.ask(store)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@json_option
def merge(folder: Path, data: Path | None, as_json: bool) -> None:
    """Take the shards of a folder into the library; each is checked, and twice changes nothing."""
    with Store(settings.data_folder(data)) as store:
        console.done(merged(store, folder), as_json, "refused")
        doubts.ask(store)


def _shards(
    out: Path, teacher: str, data: Path | None, of: int | None, number: int | None, processes: int | None, by_ray: bool
) -> Generator[Progress]:
    folder = out.expanduser().absolute()
    settings.point_at_teachers(data)
    if not manifest(folder, teacher).exists():  # else no library is opened, or made
        with Store(settings.data_folder(data)) as store:
            shards.plan(store, folder, teacher)
    of = of or shards.count(folder, teacher)
    if by_ray:
        return ray.every(folder, teacher, of, processes)
    if number is not None:
        return shards.one(Shard(str(folder), teacher, number, of))
    return shards.every(folder, teacher, of, processes or pool.cores())


def _by_ray(store: Store, teacher: str, of: int | None, workers: int | None) -> Generator[Progress]:
    """Shards in the data folder, merged when all are there; stopped anywhere, the same again goes on."""
    folder, result = store.folder / OWN, dict[str, Any]()
    if not store.labels.missing(plugins.load("teachers", teacher).SPEC.fingerprint):
        yield Progress(0, 0, "0 labelled, 0 failed.", {"labelled": 0, "failed": []})
        return
    shards.plan(store, folder, teacher)
    for step in ray.every(folder, teacher, of or shards.count(folder, teacher), workers):
        result = step.result or result
        yield Progress(step.done, step.total, step.message)
    *_, last = merged(store, folder)
    shutil.rmtree(folder)
    labelled = (last.result or {})["merged"]
    message = f"{labelled} labelled, {len(result['failed'])} failed."
    yield Progress(last.total, last.total, message, {"labelled": labelled, "failed": result["failed"]})
