"""The verbs about students: `students` lists, shows, makes live, rolls back and deletes; `retrain` makes one again."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app import console, models, settings, table
from app.console import data_option, json_option
from app.jobs import foreground
from app.students import keeping
from app.training import retraining
from engine.types import AXES
from store.db import Store


@click.group(invoke_without_command=True)
@data_option
@json_option
@click.pass_context
def students(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """The students, the embedded ones first; the verbs below look at one, or change which is live."""
    ctx.obj = data
    if ctx.invoked_subcommand is not None:
        return
    with Store(settings.data_folder(data)) as store:
        live = models.live(store)
        rows = [{**table.facts(models.student(store, name)), "name": name} for name in models.students(store)]
    console.table([{**row, "live": row["name"] == live} for row in rows], as_json)


@students.command()
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def show(given: Path | None, name: str, data: Path | None, as_json: bool) -> None:
    """All that is known of a student that was trained here."""
    with Store(settings.data_folder(data or given)) as store:
        facts = keeping.facts(store, name)
    click.echo(json.dumps(facts) if as_json else "\n".join(_lines(facts)))


@students.command()
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def live(given: Path | None, name: str, data: Path | None, as_json: bool) -> None:
    """Let a student answer wherever none is named; `etude` is the embedded one."""
    _change(data or given, as_json, lambda store: keeping.make_live(store, name))


@students.command()
@data_option
@json_option
@click.pass_obj
def back(given: Path | None, data: Path | None, as_json: bool) -> None:
    """Roll back: make live what was live before."""
    _change(data or given, as_json, keeping.roll_back)


@students.command()
@click.argument("name")
@data_option
@json_option
@click.pass_obj
def delete(given: Path | None, name: str, data: Path | None, as_json: bool) -> None:
    """Forget a student that is not live, and delete its files."""
    _change(data or given, as_json, lambda store: keeping.delete(store, name))


@click.command()
@click.argument("student")
@data_option
@json_option
def retrain(student: str, data: Path | None, as_json: bool) -> None:
    """Make the same student again: its order, the very same clips and corrections, its seed."""
    with Store(settings.data_folder(data)) as store:
        job_id = retraining.queue(store, student)
        result, message = console.watch(foreground.run(store, job_id), as_json, counted=False)
    click.echo(json.dumps({"job": job_id, **result}) if as_json else f"{message}\n{result['file']}")


def _change(data: Path | None, as_json: bool, change: Callable[[Store], object]) -> None:
    with Store(settings.data_folder(data)) as store:
        change(store)
        now = models.live(store)
    click.echo(json.dumps({"live": now}) if as_json else f"Live: {now}.")


def _lines(facts: dict[str, Any]) -> list[str]:
    spec, metrics = facts["spec"], facts["metrics"]
    made = datetime.fromtimestamp(facts["made_at"]).astimezone()
    lines = [
        f"{facts['name']}{', live' if facts['live'] else ''}: {spec['architecture']}, size {spec['size']}, "
        f"seed {spec['seed']}",
        *([f"note     {facts['note']}"] if facts["note"] else []),
        f"made     {made:%Y-%m-%d %H:%M}, when {facts['parent']} was live",
        f"data     {facts['data']}",
        f"licence  {facts['licence']}",
    ]
    for entry in (metrics.get("to_teacher") or [])[-1:]:
        agreement = ", ".join(f"{axis} {value:.2f}" for axis, value in zip(AXES, entry["ccc"], strict=True))
        lines.append(f"CCC      {agreement} to {metrics.get('teacher')}, {entry['n']} clips kept to choose by")
    if facts["gate"]:
        lines.append(f"gate     {'passed' if facts['gate']['passed'] else 'not passed'}")
    return [*lines, *(f"file     {name}, {size:,} bytes" for name, size in facts["files"].items())]
