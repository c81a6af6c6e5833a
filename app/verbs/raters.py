"""The verb `raters`: how far raters agree, and how several answers become one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import settings
from app.console import data_option, json_option, watch
from app.rating import fused, rated, raters
from engine.rating import fusion
from engine.types import AXES
from store.db import Store

KINDS = {
    "teacher": "{a} with the teacher",
    "blind": "{a} with the teacher, blind",
    "student": "{a} with the student",
    "self": "{a} with themselves, on repeats",
    "rater": "{a} with {b}",
}


@click.command("raters")
@click.option("--fusion", "method", type=click.Choice(list(fusion.METHODS)), help="From now on, fuse answers by this.")
@data_option
@json_option
def raters_(method: str | None, data: Path | None, as_json: bool) -> None:
    """How far raters agree with teacher, student, each other and themselves, with intervals; and fusion."""
    with Store(settings.data_folder(data)) as store:
        if method:
            fused.choose(store, method)
        watch(rated.ask(store), as_json)
        found = raters.report(store)
    if as_json:
        click.echo(json.dumps(found))
        return
    if found["clips"]:
        Console().print(_agreement(found))
    for line in _lines(found):
        click.echo(line)


def _agreement(found: dict[str, Any]) -> Table:
    caption = f"95 % intervals, drawing {found['over']}; in brackets the clips."
    table = Table("CCC", *AXES, caption=caption)
    for pair in found["pairs"]:
        table.add_row(KINDS[pair["kind"]].format(**pair), *map(_cell, pair["axes"]))
    table.add_section()
    for each in found["all"]:
        table.add_row(f"all, {each['name']}", *map(_cell, each["axes"]))
    return table


def _cell(entry: dict[str, Any]) -> str:
    if entry["value"] is None:
        return f"- ({entry['n']})"
    ends = f" {entry['low']:.2f}..{entry['high']:.2f}" if entry["low"] is not None else ""
    return f"{entry['value']:.2f}{ends} ({entry['n']})"


def _lines(found: dict[str, Any]) -> Iterator[str]:
    count = len(found["people"])
    yield f"{found['clips']} clips rated by {count} {'person' if count == 1 else 'people'}."
    for person in found["people"]:
        verdicts = ", ".join(f"{person[each]} {each}" for each in ("accept", "correct", "reject"))
        yield f"{person['rater']}: {verdicts}; {person['blind']} of {person['n']} blind."
    for line in found["drift"]:
        yield f"{line['rater']}, beside {_of(line['from'])}: {line['sentence']}"
    for clip in found["disputed"]:
        spread = " / ".join(f"{value:.2f}" for value in clip["spread"])
        yield f"disputed: {clip['name']}, apart by {spread}"
    for each in found["fusion"]["methods"]:
        chosen = "chosen" if each["chosen"] else f"would change {each['changed']} of {found['fusion']['clips']} clips"
        yield f"fusion {each['name']}: {chosen}"
    yield found["progress"]["sentence"]


def _of(other: str) -> str:
    return "the others" if other == "others" else "the teacher"
