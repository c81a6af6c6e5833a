"""The verb `train`: one order, one job, seen to its end; its answer in a few lines."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app import models, settings
from app.console import data_option, json_option, watch
from app.jobs import foreground
from app.training import defaults, trainings
from app.training.trainings import TrainOrder
from engine.training.presets import PRESETS
from engine.types import AXES, StudentSpec
from store.db import Store

SPEC = StudentSpec("etude")


@click.command()
@click.option(
    "--student", default=SPEC.architecture, help="Its network; timm:NAME takes any of timm's.", show_default=True
)
@click.option("--size", default=SPEC.size, help="The one dial of its network.", show_default=True)
@click.option("--seed", default=SPEC.seed, help="Same seed, same machine, same student.", show_default=True)
@click.option("--preset", default="etude", type=click.Choice(list(PRESETS)), help="The recipe.", show_default=True)
@click.option("--versions", type=int, help="Answered versions of each clip (else by how many clips there are).")
@click.option("--passes", type=int, help="Over the clips, at most (else by how many clips there are).")
@click.option("--processes", type=int, help="Of one thread each (else the machine's cores).")
@click.option("--start", help="The student whose weights it begins with (else the live one if it fits); '' for none.")
@click.option("--teacher", default=models.TEACHER, help="Its name; see `etude teachers`.", show_default=True)
@data_option
@json_option
def train(data: Path | None, as_json: bool, **asked: Any) -> None:
    """Distil a student from a teacher's answers to the library's clips; the same command again goes on."""
    given = _arguments(**asked)
    TrainOrder.of(given)  # what makes no sense is told before anything is made
    with Store(settings.data_folder(data)) as store:
        arguments = defaults.complete(store, given)
        order = TrainOrder.of(arguments)
        job_id = trainings.unfinished(store, order) or store.jobs.add(trainings.KIND, arguments)
        result, message = watch(foreground.run(store, job_id), as_json, counted=False)
        refused = [asdict(each) for each in store.jobs.refusals(job_id)]
    if as_json:
        click.echo(json.dumps({"job": job_id, **result, "refused": refused}))
        return
    for each in refused:
        click.echo(f"refused: {each['path']}: {each['reason']}")
    click.echo(message)
    click.echo("\n".join(_lines(result)))


def _arguments(
    student: str, size: int, seed: int, preset: str, teacher: str, start: str | None, **counts: int | None
) -> dict[str, Any]:
    stated = {name: count for name, count in counts.items() if count is not None}
    return {
        "spec": {"architecture": student, "size": size, "seed": seed},
        "preset": preset,
        "options": {name: stated[name] for name in ("passes", "processes") if name in stated},
        "reinforce": {name: stated[name] for name in ("versions",) if name in stated},
        "teacher": teacher,
        "start": start,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    metrics = result["metrics"]
    every = metrics["to_teacher"][-1]
    on = f"{every['n']} clips of {every['speakers']} speakers"
    lines = [
        f"{metrics['bytes'] / 1000:,.1f} kB, {result['file']}",
        f"CCC to the teacher {metrics['teacher']} on {on} kept to choose by:",
    ]
    for place, axis in enumerate(AXES):
        stated = f"{every['ccc'][place]:.2f}"
        if every["low"] is not None:
            stated += f" [{every['low'][place]:.2f}, {every['high'][place]:.2f}]"
        lines.append(f"  {axis:<10} {stated}, log-mel ridge {every['beside'][place]:.2f}")
    if people := metrics["to_people"]:
        stated = " / ".join(f"{value:.2f}" for value in people["ccc"])
        lines.append(f"CCC to people on {people['n']} corrected clips: {stated}")
    return lines
