"""The verbs about background work: `jobs` lists, cancels and resumes it; `compare` holds a student beside another."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from app import console, settings
from app.console import data_option, json_option
from app.jobs import foreground
from app.students import comparisons
from engine.types import AXES
from store.db import Store
from store.records import JobRecord

LISTED = 20  # jobs, the newest


@click.group(invoke_without_command=True)
@data_option
@json_option
@click.pass_context
def jobs(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """The newest work of the background; the verbs below cancel or resume one."""
    ctx.obj = data
    if ctx.invoked_subcommand is not None:
        return
    with Store(settings.data_folder(data)) as store:
        listed = store.jobs.list(LISTED)
    click.echo(json.dumps([asdict(job) for job in listed]) if as_json else "\n".join(map(_line, listed)) or "No jobs.")


@jobs.command()
@click.argument("number", type=int)
@data_option
@json_option
@click.pass_obj
def cancel(given: Path | None, number: int, data: Path | None, as_json: bool) -> None:
    """Cancel a job; what it has done is kept."""
    with Store(settings.data_folder(data or given)) as store:
        foreground.find(store, number)
        store.jobs.cancel(number)
        now = foreground.find(store, number)
    click.echo(json.dumps(asdict(now)) if as_json else _line(now))


@jobs.command()
@click.argument("number", type=int)
@data_option
@json_option
@click.pass_obj
def resume(given: Path | None, number: int, data: Path | None, as_json: bool) -> None:
    """Go on with a job that failed or was cancelled, from where it stopped, to its end."""
    with Store(settings.data_folder(data or given)) as store:
        known = foreground.find(store, number)
        if known.state == "done":
            raise ValueError(f"The job {number} is done; there is nothing to resume.")
        store.jobs.resume(number)
        result, message = console.watch(foreground.run(store, number), as_json, counted=False)
    click.echo(json.dumps({"job": number, **result}) if as_json else message)


@click.command()
@click.argument("student")
@click.option("--with", "other", default="", help="Another student (else the live one).")
@data_option
@json_option
def compare(student: str, other: str, data: Path | None, as_json: bool) -> None:
    """Hold a student beside the live one, on clips that neither was taught, and say whether it should go live."""
    with Store(settings.data_folder(data)) as store:
        job_id = comparisons.ask(store, student, other)
        if job_id is None:
            raise ValueError(f"{student} is {'the live one' if not other else 'the same'}; compare it with another.")
        found, _ = console.watch(foreground.run(store, job_id), as_json, counted=False)
    click.echo(json.dumps({"job": job_id, **found}) if as_json else "\n".join(_lines(found)))


def _line(job: JobRecord) -> str:
    return f"{job.id:>5}  {job.kind:<9} {job.state:<9} {job.progress:>4.0%}  {job.error or job.message}".rstrip()


def _lines(found: dict[str, Any]) -> list[str]:
    every = found["all"]
    lines = [f"{found['student']} beside {found['live']}, {every['n']} clips of {every['speakers']} speakers:"]
    for place, axis in enumerate(AXES):
        ends = f"[{every['difference_low'][place]:+.2f}, {every['difference_high'][place]:+.2f}]"
        two = f"{every['new'][place]:.2f} beside {every['old'][place]:.2f}"
        lines.append(f"  {axis:<10} {two}, difference {every['difference'][place]:+.2f} {ends}")
    return [*lines, found["advice"]]
