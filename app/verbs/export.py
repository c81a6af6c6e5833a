"""The verbs `export`, `schemes` and `check`: how a student leaves, by which schemes, and through which gate."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from app import models, settings
from app.console import data_option, json_option, watch
from engine import plugins
from engine.types import AXES
from store.db import Store

SCHEME = "int8_weights"
Figures = list[float | None]


@click.command()
@click.argument("student", required=False)
@click.option("--scheme", default=SCHEME, help="How it is made smaller; see `etude schemes`.", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="A .zip for the bundle, or an .onnx; else STUDENT.zip, here."
)
@data_option
@json_option
def export(student: str | None, scheme: str, out: Path | None, data: Path | None, as_json: bool) -> None:
    """Write a student's bundle, or its ONNX file, if it passes the gate; else nothing, and exit status 1.

    Without a name the live student's.
    """
    from app.students import exports

    with Store(settings.data_folder(data)) as store:
        name = student or models.live(store)
        target = out or Path(f"{name}.zip")
        result, _ = watch(exports.write(store, name, scheme, target), as_json, counted=False)
    passed = result["gate"]["passed"]
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo("\n".join(lines(result["gate"])))
        stays = "; what was there stays as it was" if target.exists() else ""
        click.echo(f"Written: {target}" if passed else f"Nothing was written{stays}.")
    sys.exit(0 if passed else 1)


@click.command()
@json_option
def schemes(as_json: bool) -> None:
    """The schemes that make a student's file smaller, and what each needs besides the file."""
    found = [_scheme(name) for name in plugins.names("schemes")]
    if as_json:
        click.echo(json.dumps(found))
        return
    for each in found:
        needs = f"  [needs {', '.join(each['needs'])}]" if each["needs"] else ""
        click.echo(f"{each['name']:<12} {each['title']}{needs}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fp32", type=click.Path(path_type=Path), help="The same student in float32, to compare with.")
@click.option("--clips", type=click.Path(path_type=Path), help="A folder of recordings (else the sample clips).")
@click.option("--teacher", default=models.TEACHER, help="Who answers them; see `etude teachers`.", show_default=True)
@json_option
def check(file: Path, fp32: Path | None, clips: Path | None, teacher: str, as_json: bool) -> None:
    """Send any ONNX file, sound in and A/D/V out, through the gate; exit status 1 if it does not pass."""
    from app.students import checks

    with TemporaryDirectory(prefix="etude-") as home:
        report = checks.check(file, fp32, clips, models.teacher(teacher).model, Path(home))
    click.echo(json.dumps({"file": str(file), **report}) if as_json else "\n".join(lines(report)))
    sys.exit(0 if report["passed"] else 1)


def lines(report: dict[str, Any]) -> list[str]:
    """A gate's report for a person."""
    rough = " (so few tell little)" if report["n"] < 100 else ""
    share = "" if report["of_fp32"] is None else f", {report['of_fp32']:.2f} of the fp32 file's"
    found = [f"{report['bytes'] / 1000:,.1f} kB, opset {report['opset']}, onnxruntime {report['onnxruntime']} or newer"]
    if report["ms"] is not None:
        found.append(f"{report['ms']:.2f} ms for 5 s on one thread{share}")
    if report["memory_5s_bytes"] is not None:
        five, sixty = (report[f"memory_{seconds}s_bytes"] / 1e6 for seconds in (5, 60))
        found.append(f"Memory at most: {five:.0f} MB for 5 s, {sixty:.0f} MB for 60 s")
    found.append(f"On {report['n']} {report['measured_on']}{rough}, {' / '.join(AXES)}:")
    titles = {
        "ccc_to_fp32": "CCC to the fp32 student", "largest_difference": "largest difference from it",
        "ccc_to_teacher": "CCC to the teacher", "drop": "lost of it",
    }  # fmt: skip
    found += [f"  {title:<28}{_triple(report[key])}" for key, title in titles.items() if report[key] is not None]
    return [*found, "Passed the gate." if report["passed"] else "Did not pass the gate:", *report["reasons"]]


def _triple(values: Figures) -> str:
    return " / ".join("–" if value is None else f"{round(value, 4) + 0.0:.4f}" for value in values)


def _scheme(name: str) -> dict[str, Any]:
    module = plugins.load("schemes", name)
    return {"name": name, "title": module.TITLE, "needs": list(module.NEEDS)}
