"""The verb `bits`: which layers of a student can bear few bits."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import models, settings
from app.console import data_option, json_option, watch
from store.db import Store


@click.command()
@click.argument("student", default=models.STUDENT)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="An .html file for the picture.")
@data_option
@json_option
def bits(student: str, out: Path | None, data: Path | None, as_json: bool) -> None:
    """What each layer loses when it alone is rounded, and the plans that lose least for their bytes."""
    from app.students import bits as work

    with Store(settings.data_folder(data)) as store:
        found, _ = watch(work.measure(store, student), as_json, counted=False)
    if out:
        out.write_text(work.figure(found).to_html(include_plotlyjs=True))
    if as_json:
        click.echo(json.dumps(found))
        return
    console = Console()
    console.print(_layers(found))
    console.print(_front(found))
    if out:
        click.echo(f"Drawn: {out}")


def _layers(found: dict[str, Any]) -> Table:
    caption = f"1 - CCC to the fp32 student, its worst axis, on {found['n']} {found['on']}."
    table = Table("layer", caption=caption)
    for name in ("weights", *found["grids"], "with the next: measured", "foretold"):
        table.add_column(name, justify="right")
    pairs = {pair["layers"][0]: pair for pair in found["pairs"]}
    for row in found["layers"]:
        pair = pairs.get(row["name"])
        both = [_loss(pair["measured"]), _loss(pair["foretold"])] if pair else ["", ""]
        table.add_row(row["name"], f"{row['weights']:,}", *(_loss(each) for each in row["ccc_to_fp32"]), *both)
    return table


def _front(found: dict[str, Any]) -> Table:
    table = Table("bytes of the weights", "CCC to fp32, A / D / V, foretold", "bits of each layer")
    for step in found["front"]:
        agreement = " / ".join(f"{value:.4f}" for value in step["ccc_to_fp32"])
        table.add_row(f"{step['bytes']:,}", agreement, " ".join(f"{value:g}" for value in step["bits"]))
    return table


def _loss(agreement: list[float]) -> str:
    return f"{1 - min(agreement):.4f}"
