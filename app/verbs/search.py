"""The verb `search`: one order, one job, seen to its end; what it found as a table."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import models, settings
from app.console import data_option, json_option, watch
from app.jobs import foreground
from app.training import searches
from app.training.searches import SearchOrder
from engine.searching.candidates import title
from engine.searching.rungs import SearchOptions
from engine.types import StudentSpec
from store.db import Store

DEFAULT = SearchOptions()


@click.command()
@click.option("--max-bytes", type=int, default=0, help="Cap on the quantized file; 0: none.", show_default=True)
@click.option("--max-parameters", type=int, default=0, help="Cap on the trained numbers; 0: none.", show_default=True)
@click.option("--trials", default=DEFAULT.trials, help="Shapes that are trained.", show_default=True)
@click.option("--passes", default=DEFAULT.passes, help="Over the clips, of the best shapes.", show_default=True)
@click.option("--seed", default=DEFAULT.seed, help="Of what is drawn.", show_default=True)
@click.option("--teacher", default=models.TEACHER, help="Its name; see `etude teachers`.", show_default=True)
@data_option
@json_option
def search(data: Path | None, as_json: bool, **asked: Any) -> None:
    """Try shapes of the student under caps: how well each learns, how fast it is, how small; again goes on."""
    order = SearchOrder.of(asked)
    with Store(settings.data_folder(data)) as store:
        job_id = searches.unfinished(store, order) or store.jobs.add(searches.KIND, asked)
        _, message = watch(foreground.run(store, job_id), as_json, counted=False)
        found = searches.rows(store, job_id)
    if as_json:
        click.echo(json.dumps({"job": job_id, "candidates": found}))
        return
    Console().print(_table(found))
    click.echo(message)


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("", "shape", caption="CCC to the teacher on voices that are not taught; ● nothing beats it.")
    for name in ("parameters", "bytes", "ms for 5 s", "of wav2small", "CCC A / D / V", "passes"):
        table.add_column(name, justify="right")
    for row in found:
        ccc = " / ".join(f"{value:.3f}" for value in row["ccc"])
        shape = title(StudentSpec(**row["spec"]))
        sizes = f"{row['parameters']:,}", f"{row['bytes']:,}", f"{row['ms']:.2f}", f"{row['share']:.3f}"
        table.add_row("●" if row["on_front"] else "", shape, *sizes, ccc, str(row["passes"]))
    return table
