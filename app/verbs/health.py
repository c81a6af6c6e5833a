"""The verb `health`: read what is new, then say how the library's data are."""

import json
from pathlib import Path

import click

from app import settings
from app.console import data_option, json_option, watch
from app.library import examine
from app.library import health as reports
from app.library.health import Report
from engine.types import AXES
from store.db import Store

BLOCKS = " ▁▂▃▄▅▆▇█"


@click.command()
@data_option
@json_option
def health(data: Path | None, as_json: bool) -> None:
    """How the labels are spread, who speaks too much, and what is wrong with the sound; reads new clips only."""
    with Store(settings.data_folder(data)) as store:
        result, _ = watch(examine.examine(store), as_json)
        found = reports.report(store)
    if as_json:
        click.echo(json.dumps({**reports.plain(found), "failed": result["failed"]}))
        return
    for line in _lines(found):
        click.echo(line)
    for entry in result["failed"]:
        click.echo(f"failed: {entry['path']}: {entry['reason']}")


def _lines(found: Report) -> list[str]:
    lacking = [f"{corner.words} ({corner.count})" for corner in found.corners if corner.lacks]
    return [
        f"{found.clips:,} clips, {found.labelled:,} of them labelled. {found.voices}",
        *(
            f"{axis:>10}  {found.edges[0]:5.2f} |{_bars(found.histograms[axis])}| {found.edges[-1]:.2f}"
            for axis in AXES
        ),
        *([f"Few clips are {', '.join(lacking)}."] if lacking else []),
        *(each.sentence for each in found.findings),
    ]


def _bars(counts: list[int]) -> str:
    return "".join(BLOCKS[-(-count * 8 // max(1, *counts))] for count in counts)
