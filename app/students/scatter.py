"""Pictures of how far a student agrees with its teacher: a scatter, and what Bland & Altman (1986) drew instead.

A scatter shows whether the two rise together; the difference against the mean shows by how much they disagree, and
where. One panel an axis, on transparent paper, in colours that can be read on dark and light.
"""

from collections import Counter
from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from engine.scoring.measure import ccc
from engine.types import AXES, Floats

COLOURS = ("#D55E00", "#0072B2", "#009E73")  # in AXES order
INK, GRID = "#7A808A", "rgba(128,140,160,.25)"  # a grey that both papers carry
FONT = "IBM Plex Sans, system-ui, sans-serif"
SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "star")  # of groups; the last one of all others
OTHERS = "others"
MOST = 2000  # points drawn; more hide one another, and slow the page
LIMITS = 1.96  # standard deviations: 95 % of the differences, if they are normal


def scatter(said: Floats, taught: Floats, groups: Sequence[str] = ()) -> go.Figure:
    """A student's answers against its teacher's, with the line on which they would agree.

    Args:
        said: the student's, float32 [N, 3]; clips with a NaN in either are left out.
        taught: the teacher's, float32 [N, 3].
        groups: N names, of corpora for example, told apart by their markers: the five most frequent, and the others.

    Raises:
        ValueError: fewer than two clips have both answers.
    """
    known, drawn = _chosen(said, taught)
    names = np.array(_named(groups)) if len(groups) else np.full(len(said), "")
    symbols = _symbols(names[drawn])
    low, high = (float(end) for end in (np.min([said[known], taught[known]]), np.max([said[known], taught[known]])))
    ends = [low - 0.05 * (high - low), high + 0.05 * (high - low)]
    figure = _panels(said[known], taught[known], [""] * len(AXES), len(drawn))
    for column, colour in enumerate(COLOURS, 1):
        for name, symbol in symbols:
            rows = drawn[names[drawn] == name]
            dots = _dots(taught[rows, column - 1], said[rows, column - 1], colour, symbol)
            figure.add_trace(dots.update(legendgroup=name, name=name), row=1, col=column)
        figure.add_shape(_line(ends[0], ends[1], dash="dash", x0=ends[0], x1=ends[1]), row=1, col=column)
    for name, symbol in symbols if len(groups) else ():  # the legend's own markers, of no axis's colour
        figure.add_trace(_dots([None], [None], INK, symbol, 1.0).update(legendgroup=name, name=name, showlegend=True))
    figure.update_xaxes(title_text="teacher", range=ends)
    return figure.update_yaxes(range=ends).update_yaxes(title_text="student", col=1)


def bland_altman(said: Floats, taught: Floats) -> go.Figure:
    """Student less teacher against the mean of the two, with the bias and the limits of agreement.

    The limits, the bias less and plus 1.96 standard deviations, hold 95 % of the differences if those are normal.

    Args:
        said: the student's answers, float32 [N, 3]; clips with a NaN in either are left out.
        taught: the teacher's, float32 [N, 3].

    Raises:
        ValueError: fewer than two clips have both answers.
    """
    known, drawn = _chosen(said, taught)
    difference = said[known].astype(np.float64) - taught[known]
    bias, reach = difference.mean(axis=0), LIMITS * difference.std(axis=0, ddof=1)
    stated = [
        f"bias {b:+.3f}, ±{LIMITS} SD {b - r:+.3f} to {b + r:+.3f}".replace("-", "−")
        for b, r in zip(bias, reach, strict=True)
    ]
    figure = _panels(said[known], taught[known], stated, len(drawn))
    for column, colour in enumerate(COLOURS, 1):
        ours, theirs = said[drawn, column - 1], taught[drawn, column - 1]
        figure.add_trace(_dots((ours + theirs) / 2, ours - theirs, colour, "circle"), row=1, col=column)
        middle, apart = float(bias[column - 1]), float(reach[column - 1])
        for height, dash in ((middle, "solid"), (middle - apart, "dash"), (middle + apart, "dash")):
            across = {"xref": "x domain", "x0": 0, "x1": 1}
            figure.add_shape(_line(height, height, dash, **across), row=1, col=column)
    figure.update_xaxes(title_text="mean of the two").update_yaxes(matches="y")
    return figure.update_yaxes(title_text="student − teacher", col=1)


def _chosen(said: Floats, taught: Floats) -> tuple[np.ndarray, np.ndarray]:
    """The rows with both answers, and those of them that are drawn: always the same ones, in order."""
    known = np.flatnonzero(np.isfinite(said).all(axis=1) & np.isfinite(taught).all(axis=1))
    if len(known) < 2:
        raise ValueError(f"Agreement takes two clips that both models answer, got {len(known)}.")
    if len(known) <= MOST:
        return known, known
    return known, np.sort(np.random.default_rng(0).choice(known, MOST, replace=False))


def _named(groups: Sequence[str]) -> list[str]:
    """The groups' names as text, never as markup; all but the most frequent ones under one."""
    ranked = [name for name, _ in Counter(groups).most_common()]
    kept = ranked if len(ranked) <= len(SYMBOLS) else ranked[: len(SYMBOLS) - 1]
    return [escape(name or "not stated", quote=False) if name in kept else OTHERS for name in groups]


def _symbols(names: np.ndarray) -> list[tuple[str, str]]:
    found = sorted(set(names.tolist()), key=lambda name: (name == OTHERS, name))
    return list(zip(found, SYMBOLS, strict=False))


def _panels(said: Floats, taught: Floats, notes: list[str], drawn: int) -> go.Figure:
    """Three empty panels whose titles state CCC and n, of all clips, not only of those that are drawn."""
    titles = [
        f"<b>{axis.capitalize()}</b>: CCC {value:.2f}, n = {len(said)}{f'<br>{note}' if note else ''}".replace("-", "−")
        for axis, value, note in zip(AXES, ccc(said, taught), notes, strict=True)
    ]
    figure = make_subplots(rows=1, cols=len(AXES), subplot_titles=titles, horizontal_spacing=0.07)
    figure.update_annotations(font={"size": 13, "color": INK})
    if drawn < len(said):
        text = f"{drawn} of {len(said)} clips drawn, chosen at random; the figures are of all"
        place = {"xref": "paper", "yref": "paper", "x": 1, "y": -0.24, "xanchor": "right", "showarrow": False}
        figure.add_annotation(text=text, font={"size": 11, "color": INK}, **place)
    figure.update_xaxes(gridcolor=GRID, linecolor=GRID, zeroline=False, title_standoff=8)
    figure.update_yaxes(gridcolor=GRID, linecolor=GRID, zeroline=False)
    return figure.update_layout(
        template="none", paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", showlegend=True, height=380,
        font={"family": FONT, "color": INK, "size": 12}, margin={"l": 60, "r": 16, "t": 60, "b": 80},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
    )  # fmt: skip


def _dots(x: object, y: object, colour: str, symbol: str, opacity: float = 0.55) -> go.Scatter:
    marker = {"color": colour, "symbol": symbol, "size": 5, "opacity": opacity}
    return go.Scatter(x=x, y=y, mode="markers", marker=marker, showlegend=False)


def _line(y0: float, y1: float, dash: str, **across: object) -> dict[str, object]:
    return {"type": "line", "y0": y0, "y1": y1, "line": {"color": INK, "width": 1.5, "dash": dash}, **across}
