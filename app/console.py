"""What all verbs of the command line share: their options, how work is watched, and how an error is told."""

import json
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from app.jobs.work import Progress

data_option = click.option("--data", type=click.Path(path_type=Path), help="Data folder (else ETUDE_DATA).")


def _note(ctx: click.Context, _: click.Parameter, as_json: bool) -> bool:
    ctx.meta["as_json"] = as_json  # for errors, which are told outside the verb
    return as_json


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_note, is_eager=True, help="Print JSON and nothing else."
)


class Verbs(click.Group):
    """Turns a ValueError of any verb into a sentence, and no verb at all into `serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ValueError as error:
            if ctx.meta.get("as_json"):
                click.echo(json.dumps({"error": str(error)}))
            raise click.ClickException(str(error)) from error


def watch(steps: Generator[Progress], as_json: bool, counted: bool = True) -> tuple[dict[str, Any], str]:
    """Run work to its end with a bar on standard error; gives its result and its last message.

    Args:
        steps: the work.
        as_json: no bar.
        counted: steps are things that a person counts; else their own messages say how long it takes.

    Raises:
        ValueError: it was stopped by Ctrl-C, which keeps what is done, or something is wrong with it.
    """
    last: tuple[ProgressColumn, ...] = (MofNCompleteColumn(), TimeRemainingColumn())
    columns = (BarColumn(), *(last if counted else (TaskProgressColumn(),)), TextColumn("{task.description}"))
    result: dict[str, Any] = {}
    message = ""
    try:
        with closing(steps), Bar(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
            task = bar.add_task("", total=None)
            for step in steps:
                bar.update(task, completed=step.done, total=step.total, description=step.message)
                result, message = step.result or {}, step.message
    except KeyboardInterrupt:
        raise ValueError("Stopped. What was done is kept; the same command goes on from there.") from None
    return result, message


def done(steps: Generator[Progress], as_json: bool, listed: str) -> None:
    """Run work to its end and say what it did, and which things it could not use."""
    result, message = watch(steps, as_json)
    if as_json:
        click.echo(json.dumps(result))
        return
    for entry in result[listed]:
        click.echo(f"{listed}: {entry['path']}: {entry['reason']}")
    click.echo(message)


def table(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print models, a line each."""
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        size = f"{row['bytes'] / 1000:,.1f} kB" if row["bytes"] else "no weights"
        mark = "  live" if row.get("live") else "" if row.get("here", True) else "  not here"
        click.echo(f"{row['name']:<12} {size:>12}  {row['title']}  [{row['licence']}]{mark}")
