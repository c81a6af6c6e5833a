import json

import numpy as np
import plotly.graph_objects as go
import pytest

from app.students.scatter import COLOURS, GRID, INK, MOST, bland_altman, scatter
from engine.scoring.measure import ccc
from engine.types import AXES

# peak expiratory flow of 17 people, l/min, first readings by a large and a mini meter: Bland & Altman 1986, table 1
LARGE = [494.0, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512.0, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
PAPERS = ("#FFFFFF", "#0B0F19", "#0F172A")  # the page in the light, and in the dark


def answers(clips, seed=0):
    rng = np.random.default_rng(seed)
    taught = (0.5 + 0.15 * rng.standard_normal((clips, 3))).astype(np.float32)
    return (0.8 * taught + 0.08 + 0.05 * rng.standard_normal((clips, 3))).astype(np.float32), taught


def panel(figure: go.Figure, axis: int) -> list[go.Scatter]:
    """The markers of one panel."""
    place = "x" if axis == 0 else f"x{axis + 1}"
    return [trace for trace in figure.data if (trace.xaxis or "x") == place and not trace.showlegend]


def titles(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations[:3]]


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB (WCAG 2)."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("draw", [scatter, bland_altman])
def test_a_panel_an_axis_says_how_well_and_over_how_many(draw):
    said, taught = answers(50)
    figure = draw(said, taught)
    for axis, (title, value) in enumerate(zip(titles(figure), ccc(said, taught), strict=True)):
        assert title.startswith(f"<b>{AXES[axis].capitalize()}</b>: CCC {value:.2f}, n = 50")
        assert {trace.marker.color for trace in panel(figure, axis)} == {COLOURS[axis]}
        assert sum(len(trace.x) for trace in panel(figure, axis)) == 50


def test_the_scatter_holds_each_clip_and_the_line_of_agreement():
    said, taught = answers(20)
    figure = scatter(said, taught)
    for axis in range(3):
        (dots,) = panel(figure, axis)
        assert dots.x == pytest.approx(taught[:, axis]) and dots.y == pytest.approx(said[:, axis])
        line = figure.layout.shapes[axis]
        assert (line.x0, line.x1) == (line.y0, line.y1)
    ranges = {layout.range for layout in figure.select_xaxes()} | {layout.range for layout in figure.select_yaxes()}
    assert len(ranges) == 1
    low, high = ranges.pop()
    assert low < min(said.min(), taught.min()) and high > max(said.max(), taught.max())


def test_groups_have_markers_and_one_legend():
    said, taught = answers(60)
    groups = ["ravdess", "", "<b>nemo</b>"] * 20
    figure = scatter(said, taught, groups)
    legend = {trace.name: trace.marker.symbol for trace in figure.data if trace.showlegend}
    assert list(legend) == ["&lt;b&gt;nemo&lt;/b&gt;", "not stated", "ravdess"] and len(set(legend.values())) == 3
    for axis in range(3):
        assert {trace.name: trace.marker.symbol for trace in panel(figure, axis)} == legend
        (one,) = [trace for trace in panel(figure, axis) if trace.name == "ravdess"]
        assert one.x == pytest.approx(taught[::3, axis])


def test_many_groups_leave_the_rarest_together():
    said, taught = answers(66)
    groups = [f"g{row}" for row in range(11) for _ in range(row + 1)]
    figure = scatter(said, taught, groups)
    legend = [trace.name for trace in figure.data if trace.showlegend]
    assert legend == ["g10", "g6", "g7", "g8", "g9", "others"]
    assert sum(len(trace.x) for trace in panel(figure, 0)) == 66


def test_no_groups_no_legend():
    assert not any(trace.showlegend for trace in scatter(*answers(9)).data)


def test_bland_and_altmans_own_meters():
    said, taught = (np.repeat(np.array(meter, np.float32)[:, None], 3, axis=1) for meter in (LARGE, MINI))
    figure = bland_altman(said, taught)
    # theirs: mean difference -2.1 l/min, SD 38.8, and limits of -79.7 and 75.5 with 2 SD, here 1.96
    assert "bias −2.118, ±1.96 SD −78.097 to +73.862" in titles(figure)[0]
    middle, below, above = (shape.y0 for shape in figure.layout.shapes[:3])
    assert middle == pytest.approx(-2.1, abs=0.05)
    assert (above - below) / (2 * 1.96) == pytest.approx(38.8, abs=0.05)
    (dots,) = panel(figure, 0)
    assert (dots.x[0], dots.y[0]) == (503, -18)


@pytest.mark.parametrize("shift", [-0.5, 0.0, 0.003, 0.25])
def test_a_pure_shift_is_all_bias(shift):
    said, _ = answers(30)
    middle, below, above = (shape.y0 for shape in bland_altman(said + np.float32(shift), said).layout.shapes[:3])
    assert middle == pytest.approx(shift, abs=1e-6)
    assert above - below == pytest.approx(0, abs=1e-6)


def test_about_95_of_100_normal_differences_lie_within_the_limits():
    rng = np.random.default_rng(1)
    taught = rng.random((2000, 3)).astype(np.float32)
    said = (taught + 0.1 + 0.05 * rng.standard_normal((2000, 3))).astype(np.float32)
    _, below, above = (shape.y0 for shape in bland_altman(said, taught).layout.shapes[:3])
    within = (said - taught > below) & (said - taught < above)
    assert within[:, 0].mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("draw", [scatter, bland_altman])
def test_of_many_clips_the_same_ones_are_drawn_and_it_is_said(draw):
    said, taught = answers(MOST + 500)
    figure = draw(said, taught)
    assert sum(len(trace.x) for trace in panel(figure, 0)) == MOST
    assert f"n = {MOST + 500}" in titles(figure)[0]
    assert f"CCC {ccc(said, taught)[0]:.2f}" in titles(figure)[0]
    assert any(f"{MOST} of {MOST + 500} clips drawn" in note.text for note in figure.layout.annotations)
    assert figure == draw(said, taught)
    assert not any("drawn" in note.text for note in draw(said[:MOST], taught[:MOST]).layout.annotations)


@pytest.mark.parametrize("draw", [scatter, bland_altman])
def test_clips_in_which_nobody_speaks_are_left_out(draw):
    said, taught = answers(12)
    said[3], taught[7] = np.nan, np.nan
    figure = draw(said, taught)
    assert "n = 10" in titles(figure)[0]
    assert np.isfinite(panel(figure, 1)[0].y).all()
    with pytest.raises(ValueError, match=r"two clips.*got 1"):
        draw(said[2:4], taught[2:4])


@pytest.mark.parametrize("draw", [scatter, bland_altman])
def test_it_can_be_read_on_any_paper(draw):
    layout = draw(*answers(9)).layout
    assert {layout.paper_bgcolor, layout.plot_bgcolor} == {"rgba(0,0,0,0)"}
    assert layout.font.color == INK and layout.xaxis.gridcolor == GRID
    for colour in (INK, *COLOURS):
        for paper in PAPERS:
            bright, dim = sorted((luminance(colour), luminance(paper)), reverse=True)
            assert (bright + 0.05) / (dim + 0.05) >= 3, f"{colour} on {paper}"


def test_it_travels_as_json():
    sent = scatter(*answers(9), ["a", "b", "c"] * 3).to_json()
    assert json.loads(go.Figure(json.loads(sent)).to_json()) == json.loads(sent)
