"""The command line: one verb for each thing the page can do. `etude` alone opens the page."""

import json
import sys
from pathlib import Path

import click

from app import console, models, predict, settings
from app.console import Verbs, data_option, json_option
from app.jobs import work
from app.verbs.bits import bits
from app.verbs.doubt import doubt
from app.verbs.export import check, export, schemes
from app.verbs.health import health
from app.verbs.jobs import compare, jobs
from app.verbs.label import label, merge
from app.verbs.labels import labels
from app.verbs.listen import listen
from app.verbs.raters import raters_
from app.verbs.search import search
from app.verbs.students import retrain, students
from app.verbs.teachers import fetch, teachers
from app.verbs.train import train
from store.db import Store


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="etude", prog_name="etude")
def main() -> None:
    """Etude turns a big speech-emotion model into a tiny one you own."""


for verb in (
    train,
    search,
    bits,
    export,
    schemes,
    check,
    health,
    doubt,
    label,
    merge,
    labels,
    listen,
    raters_,
    teachers,
    fetch,
    students,
    retrain,
    compare,
    jobs,
):
    main.add_command(verb)


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", help="Loopback address to listen on.", show_default=True)
@click.option("--port", default=7860, help="0 takes any free one.", show_default=True)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@click.option("--login", default="", envvar="ETUDE_LOGIN", help="NAME:PASSWORD that the page asks for.")
@json_option
def serve(data: Path | None, host: str, port: int, open_browser: bool, login: str, as_json: bool) -> None:
    """Open the page on this machine (the default)."""
    from app import server

    server.serve(settings.data_folder(data), host, port, open_browser, as_json, login)


@main.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@json_option
def import_(folder: Path, data: Path | None, as_json: bool) -> None:
    """Take a folder's clips into the library; doing it twice changes nothing."""
    with Store(settings.data_folder(data)) as store:
        console.done(work.import_folder(store, folder), as_json, "refused")


@main.command("predict")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--teacher", help="Ask this teacher (the default: embedded).")
@click.option("--student", help="Ask this student: a name, or the path of an .onnx file.")
@data_option
@json_option
def predict_(
    files: tuple[Path, ...], teacher: str | None, student: str | None, data: Path | None, as_json: bool
) -> None:
    """Arousal, dominance and valence of sound files, 0..1; exit status 1 if one of them could not be heard."""
    if teacher and student:
        raise click.UsageError("Give --teacher or --student, not both.")
    bad = 0
    settings.point_at_teachers(data)
    opened = _student(student, data) if student else models.teacher(teacher or models.TEACHER)
    for answer in predict.files(opened.model, files):
        bad += "error" in answer
        click.echo(json.dumps(answer) if as_json else predict.line(answer))
    sys.exit(1 if bad else 0)


@main.command()
@data_option
@json_option
def stats(data: Path | None, as_json: bool) -> None:
    """What the library holds."""
    folder = settings.data_folder(data)
    with Store(folder) as store:
        found = {"data": str(folder), **store.stats()}
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name:>12}  {shown if shown not in ('', []) else '-'}")


def _student(name: str, data: Path | None) -> models.Opened:
    if Path(name).suffix == ".onnx":
        return models.student_file(Path(name))
    if name in models.EMBEDDED:  # no library is opened, or made, for what comes with Etude
        return models.embedded_student(name)
    with Store(settings.data_folder(data)) as store:
        return models.student(store, name)


if __name__ == "__main__":
    main()
