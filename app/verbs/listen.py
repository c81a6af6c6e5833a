"""The verb `listen`: a live meter of a voice, at this computer's microphone or in a file."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.live import Live as Screen
from rich.progress_bar import ProgressBar
from rich.table import Table

from app import models, settings
from app.console import data_option, json_option
from app.live.microphone import Microphone
from app.live.sessions import FULL, streamed
from engine.onnx_model import ASSETS
from engine.sound import audio
from engine.streaming.live import HOP, Live, Point
from engine.streaming.streamed import Streamed
from engine.types import AXES, SAMPLE_RATE, Floats
from store.db import Store

LOOK_S = 0.05  # between two looks at the microphone
COLOURS = ("#D55E00", "#0072B2", "#009E73")
WIDTH = 40  # of a bar, in letters


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--student", default=models.STUDENT, help="Its name.", show_default=True)
@click.option("--device", type=int, help="The number of a microphone; the default one if left out.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop after so much sound; else Ctrl-C does.")
@data_option
@json_option
def listen(
    file: Path | None, student: str, device: int | None, seconds: float | None, data: Path | None, as_json: bool
) -> None:
    """A live meter of arousal, dominance and valence, at this computer's microphone or of FILE."""
    live = Live(_opened(student, data))
    told = 0
    with Screen(console=Console(quiet=as_json), auto_refresh=False) as screen, suppress(KeyboardInterrupt):
        for piece in _of_file(file) if file else _of_microphone(device):
            live.push(piece)
            screen.update(_meter(live), refresh=True)
            for point in live.line.points[told:] if as_json else ():
                click.echo(json.dumps(_told(point)))
            told = len(live.line.points)
            if seconds is not None and live.length >= seconds * SAMPLE_RATE:
                break


def _opened(student: str, data: Path | None) -> Streamed:
    if student in models.EMBEDDED:  # no library is opened, or made, for what comes with Etude
        return Streamed(ASSETS / f"{student}.onnx")
    with Store(settings.data_folder(data)) as store:
        return streamed(store, student)


def _of_file(file: Path) -> Iterator[Floats]:
    samples = audio.read(file)
    return (samples[start : start + HOP] for start in range(0, len(samples), HOP))


def _of_microphone(device: int | None) -> Iterator[Floats]:
    with closing(Microphone(device)) as microphone:
        while True:
            yield microphone.take().astype(np.float32) / FULL
            time.sleep(LOOK_S)


def _told(point: Point) -> dict[str, float]:
    return {"time_s": round(point.t, 1), **dict(zip(AXES, point[1:4], strict=True)), "held": point.held}


def _meter(live: Live) -> Table:
    """Three bars, faint while values are held; before the first value, how it comes."""
    heard_s = live.length / SAMPLE_RATE
    table = Table.grid(padding=(0, 1))
    if not live.line.points:
        table.add_row(f"{heard_s:.1f} s heard; speak.")
        return table
    last = live.line.points[-1]
    for axis, value, colour in zip(AXES, last[1:4], COLOURS, strict=True):
        bar = ProgressBar(1.0, min(1.0, max(0.0, value)), WIDTH, complete_style=colour, finished_style=colour)
        table.add_row(axis, bar, f"{value:.2f}", style="dim" if last.held else "")
    table.add_row("", "nobody speaks; held" if last.held else "", f"{heard_s:.1f} s", style="dim")
    return table
