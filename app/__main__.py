"""The command line: one verb for each thing the page can do. `etude` alone opens the page."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from app import models, predict, settings, table, work
from store.db import Store

Command = Callable[..., Any]
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


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="etude", prog_name="etude")
def main() -> None:
    """Etude turns a big speech-emotion model into a tiny one you own."""


@main.command()
@data_option
@click.option("--host", default="127.0.0.1", help="Loopback address to listen on.", show_default=True)
@click.option("--port", default=7860, help="0 takes any free one.", show_default=True)
@click.option("--open", "open_browser", is_flag=True, help="Open the page in the browser.")
@json_option
def serve(data: Path | None, host: str, port: int, open_browser: bool, as_json: bool) -> None:
    """Open the page on this machine (the default)."""
    from app import server  # Gradio is slow to import; no other verb needs it

    server.serve(settings.data_folder(data), host, port, open_browser, as_json)


@main.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@data_option
@json_option
def import_(folder: Path, data: Path | None, as_json: bool) -> None:
    """Take a folder's clips into the library; doing it twice changes nothing."""
    with Store(settings.data_folder(data)) as store:
        _run(work.import_folder(store, folder), as_json, "refused")


@main.command()
@click.option("--teacher", default=models.TEACHER, help="Its name; see `etude teachers`.", show_default=True)
@data_option
@json_option
def label(teacher: str, data: Path | None, as_json: bool) -> None:
    """Let a teacher answer every clip that it has not answered yet."""
    with Store(settings.data_folder(data)) as store:
        _run(work.label(store, teacher), as_json, "failed")


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
    opened = _student(student, data) if student else models.teacher(teacher or models.TEACHER)
    for answer in predict.files(opened.model, files):
        bad += "error" in answer
        click.echo(json.dumps(answer) if as_json else predict.line(answer))
    sys.exit(1 if bad else 0)


@main.command()
@json_option
def teachers(as_json: bool) -> None:
    """The teachers, what they are and under which licence."""
    _table([table.facts(models.teacher(name)) for name in models.teachers()], as_json)


@main.command()
@data_option
@json_option
def students(data: Path | None, as_json: bool) -> None:
    """The students, the embedded one first."""
    with Store(settings.data_folder(data)) as store:
        _table([table.facts(models.student(store, name)) for name in models.students(store)], as_json)


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
    if name == models.STUDENT:  # no library is opened, or made, for what comes with Etude
        return models.embedded_student()
    with Store(settings.data_folder(data)) as store:
        return models.student(store, name)


def _run(steps: Iterator[work.Progress], as_json: bool, listed: str) -> None:
    """Run work to its end with a bar on standard error; Ctrl-C keeps what is done."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    result: dict[str, Any] = {}
    try:
        with Bar(*columns, console=Console(stderr=True), transient=True, disable=as_json) as bar:
            task = bar.add_task("", total=None)
            for step in steps:
                bar.update(task, completed=step.done, total=step.total, description=step.message)
                result, message = step.result or {}, step.message
    except KeyboardInterrupt:
        raise ValueError("Stopped. What was done is kept; the same command goes on from there.") from None
    if as_json:
        click.echo(json.dumps(result))
        return
    for entry in result[listed]:
        click.echo(f"{listed}: {entry['path']}: {entry['reason']}")
    click.echo(message)


def _table(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        size = f"{row['bytes'] / 1000:,.1f} kB" if row["bytes"] else "no weights"
        click.echo(f"{row['name']:<12} {size:>12}  {row['title']}  [{row['licence']}]")


if __name__ == "__main__":
    main()
