"""The verbs `teachers`, which lists them, and `fetch`, which downloads the weights of one after asking."""

import json
from pathlib import Path
from typing import Any

import click

from app import console, models, settings, table
from app import teachers as known
from app.console import data_option, json_option
from app.jobs import fetching
from engine.fetching import hub


@click.command()
@data_option
@json_option
def teachers(data: Path | None, as_json: bool) -> None:
    """The teachers, how large they are, under which licence, and whether they are on this machine."""
    settings.point_at_teachers(data)
    console.table([_row(name) for name in known.known()], as_json)


@click.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@json_option
def fetch(name: str, yes: bool, data: Path | None, as_json: bool) -> None:
    """Download a teacher's weights, at the one revision that Etude knows, into the hub's cache on this machine."""
    settings.point_at_teachers(data)
    facts = known.facts(name)
    if not facts["here"] and facts["fetchable"] and not yes:
        rights = "may be sold" if facts["commercial"] else "may not be sold"
        click.echo(
            f"{facts['title']}: {hub.size(facts['download_bytes'])} from {facts['source']}, revision "
            f"{facts['revision']}, under {facts['licence']}. What is distilled from it {rights}.",
            err=True,
        )
        click.confirm("Fetch it?", abort=True, err=True)
    result, message = console.watch(fetching.fetch(name), as_json, counted=False)
    click.echo(json.dumps(result) if as_json else message)


def _row(name: str) -> dict[str, Any]:
    facts = known.facts(name)
    if not facts["here"]:
        return {**facts, "bytes": facts.get("download_bytes")}
    if known.sources(name):  # giants are not opened for a list
        return {**facts, "bytes": sum(source.download_bytes for source in known.sources(name))}
    try:
        return {**facts, **table.facts(models.teacher(name)), "name": name}
    except ValueError as error:  # a file of one's own that is no model
        return {**facts, "title": str(error), "here": False, "bytes": None}
