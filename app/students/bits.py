"""Where a student's bits go: what each layer's rounding costs, and which bits to give it, measured and drawn."""

from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnx
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app import models
from app.jobs import telling
from app.jobs.work import PARTS, Progress
from app.students import holdout
from app.students.scatter import COLOURS, FONT, GRID, INK
from engine.exporting import bits, export, packing, sensitivity
from engine.exporting.sensitivity import GRIDS, PAIRED, Probe, Sensitivity
from engine.students import slim
from engine.types import AXES
from store.db import Store

Plain = dict[str, Any]


def measure(store: Store, name: str) -> Generator[Progress]:
    """Round each layer of a student alone and with its neighbour, and find the front of plans.

    The result has `student`, `on` (what clips, in words), `n`, `grids`, `layers` (name, weights, and for each grid the
    bytes, the CCC to the fp32 student, and the CCC to the teacher that is lost, per axis), `pairs` (two neighbours,
    the CCC that was measured, and the one that was foretold) and `front` (bytes of the weights, foretold CCC, bits).

    Raises:
        ValueError: there is no such student, or it was kept without its trained weights.
    """
    yield Progress(0, PARTS, "The trained student is opened.")
    student = slim.plain(models.network(store, name))
    with TemporaryDirectory(prefix="etude-") as folder:
        home = Path(folder)
        clips, on = yield from holdout.clips(store, name, home)
        export.to_onnx(student, home / "full.onnx")
        layers = packing.layers(onnx.load(home / "full.onnx"))
        probe, found = Probe(student, clips), list[Sensitivity]()
        work = [layer.name for layer in layers]
        yield from telling.steps(lambda tell: found.append(sensitivity.measure(probe, work, tell)))
    (measured,) = found
    result = {"student": name, "on": on, "n": len(measured.answers), **_plain(layers, measured)}
    yield Progress(PARTS, PARTS, f"The layers of {name} are measured.", result)


def _plain(layers: list[packing.Layer], measured: Sensitivity) -> Plain:
    rows = []
    for layer in layers:
        errors = [measured.errors[layer.name, grid] for grid in GRIDS]
        row: Plain = {"name": layer.name, "weights": layer.matrix.size}
        row["bytes"] = [round(bits.weight_bytes(layer, grid)) for grid in GRIDS]
        row["ccc_to_fp32"] = [_rounded(measured.agreement(error)) for error in errors]
        row["lost"] = [_rounded(measured.drop(error)) for error in errors]
        rows.append(row)
    pairs = [
        {
            "layers": list(pair),
            "measured": _rounded(measured.agreement(error)),
            "foretold": _rounded(measured.agreement(measured.foretold(dict.fromkeys(pair, PAIRED)))),
        }
        for pair, error in measured.pairs.items()
    ]
    front = [
        {
            "bytes": round(step.bytes),
            "ccc_to_fp32": _rounded(step.agreement),
            "bits": [round(step.plan[layer.name].bits, 1) for layer in layers],
        }
        for step in bits.front(layers, measured)
    ]
    return {"grids": [str(grid) for grid in GRIDS], "layers": rows, "pairs": pairs, "front": front}


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]


def figure(found: Plain) -> go.Figure:
    """A map of what each layer loses on each grid, on the axis that loses most; below it, the front of plans."""
    loss = [[1 - min(each) for each in row["ccc_to_fp32"]] for row in found["layers"]]
    names = [row["name"] for row in found["layers"]]
    titles = ("CCC lost when one layer alone is rounded", "All layers: bytes of the weights against CCC to fp32")
    drawn = make_subplots(rows=2, cols=1, subplot_titles=titles, vertical_spacing=0.14)
    drawn.add_trace(
        go.Heatmap(
            z=loss, x=found["grids"], y=names, colorscale="Oranges", zmin=0, zmax=0.02, showscale=False,
            text=[[f"{value:.4f}" for value in row] for row in loss], texttemplate="%{text}",
        ), row=1, col=1,
    )  # fmt: skip
    sizes = [step["bytes"] for step in found["front"]]
    for place, (axis, colour) in enumerate(zip(AXES, COLOURS, strict=True)):
        agreement = [step["ccc_to_fp32"][place] for step in found["front"]]
        line = go.Scatter(x=sizes, y=agreement, name=axis, mode="lines+markers", line={"color": colour})
        drawn.add_trace(line, row=2, col=1)
    drawn.update_yaxes(autorange="reversed", row=1, col=1)
    drawn.update_yaxes(title_text="CCC", range=[0.97, 1.001], gridcolor=GRID, row=2, col=1)
    drawn.update_xaxes(title_text="bytes", gridcolor=GRID, row=2, col=1)
    look = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font": {"family": FONT, "color": INK}}
    return drawn.update_layout(height=420 + 26 * len(names), legend={"orientation": "h", "y": -0.12}, **look)
