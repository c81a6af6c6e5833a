"""The verb `labels`: labels and corrections out to a file, and in from one."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from app import settings
from app.console import data_option, json_option
from app.library import labels_in, labels_out
from app.rating import doubts
from engine.rating.ratings import GOLD, Ratings
from engine.types import AXES
from store.db import Store

FORMS = "audformat, csv, huggingface, jsonl or parquet; else told by the name."


@click.group()
def labels() -> None:
    """What teachers and people said of the clips, out to a file and in from one."""


@labels.command("out")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", default="", help=FORMS)
@data_option
@json_option
def out(file: Path, form: str, data: Path | None, as_json: bool) -> None:
    """Write clips, labels, and all that people ever said, with what they took back."""
    with Store(settings.data_folder(data)) as store:
        written = labels_out.write(store, file.expanduser(), form)
    counts = ", ".join(f"{count} {name}" for name, count in written.items())
    click.echo(json.dumps({"file": str(file), **written}) if as_json else f"{file}: {counts}.")


@labels.command("in")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", default="", help="Of the file, where its name does not tell; labelstudio is another.")
@click.option(
    "--scale", nargs=2, type=float, metavar="LOW HIGH", help="Of ratings from elsewhere: what becomes 0, and 1."
)
@click.option("--rater", default="", help=f"Whose ratings they are: else whom the table names, or {GOLD!r}.")
@click.option("--arousal", default=AXES[0], metavar="COLUMN", help="What the axis is called there.")
@click.option("--dominance", default=AXES[1], metavar="COLUMN")
@click.option("--valence", default=AXES[2], metavar="COLUMN")
@click.option("--clip", default="", metavar="COLUMN", help="The column that names the clip's file.")
@click.option(
    "--word", "words", multiple=True, type=(str, float), metavar="WORD NUMBER", help="What a choice stands for."
)
@data_option
@json_option
def in_(
    file: Path,
    form: str,
    scale: tuple[float, float] | None,
    rater: str,
    arousal: str,
    dominance: str,
    valence: str,
    clip: str,
    words: tuple[tuple[str, float], ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """Take in a file that Etude wrote, or ratings from elsewhere; doing it twice changes nothing."""
    ratings = Ratings(*scale, (arousal, dominance, valence), clip, rater, dict(words)) if scale else None
    with Store(settings.data_folder(data)) as store:
        taken = labels_in.take_in(store, file.expanduser(), form, ratings)
        doubts.ask(store)
    if as_json:
        click.echo(json.dumps(asdict(taken)))
        return
    for entry in taken.refused:
        click.echo(f"refused: line {entry['line']}: {entry['reason']}")
    click.echo(taken.told)
