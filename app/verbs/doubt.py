"""The verb `doubt`: judge every label, then say which clips a person should look at first, and why."""

import json
from pathlib import Path
from typing import Any

import click

from app import settings
from app.console import data_option, json_option, watch
from app.rating import doubts
from engine.rating.doubt import why
from store.db import Store
from store.filters import ClipFilter

FIRST = 10  # clips that are told


@click.command()
@data_option
@json_option
def doubt(data: Path | None, as_json: bool) -> None:
    """Which labels are most likely wrong, and why; the live student answers new clips only."""
    with Store(settings.data_folder(data)) as store:
        result, message = watch(doubts.find(store), as_json, counted=False)
        first = _first(store)
    if as_json:
        click.echo(json.dumps({**result, "first": first}))
        return
    click.echo(message)
    for each in first:
        click.echo(f"{each['doubt']:.2f}  {each['name']}: {' '.join(each['why']) or 'Nothing stands out.'}")
    for entry in result["failed"]:
        click.echo(f"failed: {entry['path']}: {entry['reason']}")


def _first(store: Store) -> list[dict[str, Any]]:
    clips = store.clips.find(ClipFilter(order="doubt"), FIRST)
    known = store.doubts.for_clips([clip.id for clip in clips])
    return [
        {"clip": clip.id, "name": clip.name, "doubt": known[clip.id].doubt, "parts": known[clip.id].parts,
         "why": why(known[clip.id].parts)}
        for clip in clips if clip.id in known and known[clip.id].doubt > 0
    ]  # fmt: skip
