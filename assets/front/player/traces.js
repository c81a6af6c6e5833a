// The figure: waveform above, one strip an axis below, all on one time axis. Teacher solid, student dotted.

import { AXES, clip01 } from "../axes.js";
import { CONFIG } from "../plot.js";
import { FONT, palette } from "../theme.js";

const STRIPS = [[0.775, 1], [0.525, 0.7], [0.265, 0.44], [0.005, 0.18]]; // waveform, then AXES, as parts of the height
const ALONE = [0, 1]; // the waveform of a clip that no model has heard
const MARGIN = { l: 34, r: 12, t: 8, b: 34 };

const drawn = (values) => values.map((value) => (value === null ? null : clip01(value)));

function waveform({ peaks, duration_s }, colour) {
  const step = duration_s / peaks.low.length;
  const times = peaks.low.map((_, i) => (i + 0.5) * step);
  return {
    name: "waveform", x: [...times, ...times.toReversed()], y: [...peaks.high, ...peaks.low.toReversed()],
    yaxis: "y", type: "scatter", mode: "lines", line: { width: 0.6, color: colour }, fill: "toself", fillcolor: colour,
    hoverinfo: "skip",
  };
}

// A single point is drawn as long as the window it has heard.
function points({ times, values, window_s }, axis, duration_s) {
  const [y, [middle]] = [drawn(values[axis]), times];
  if (times.length > 1) return { x: times, y };
  const half = Math.min(window_s, duration_s) / 2;
  return { x: [middle - half, middle, middle + half], y: [y[0], y[0], y[0]] };
}

function line(who, trace, axis, colour, dash, duration_s) {
  return {
    name: `${AXES[axis].name}, ${who}`, ...points(trace, axis, duration_s), yaxis: `y${axis + 2}`,
    type: "scatter", mode: trace.times.length < 20 ? "lines+markers" : "lines",
    line: { color: colour, width: 2.25, dash }, marker: { color: colour, size: 4, symbol: dash === "dot" ? "circle-open" : "circle" },
    hovertemplate: `${who} %{y:.2f}<extra></extra>`,
  };
}

export function data(clip, colours = palette()) {
  const lines = AXES.flatMap((_, axis) => [
    clip.teacher?.trace && line("teacher", clip.teacher.trace, axis, colours.axes[axis], "solid", clip.duration_s),
    clip.student?.trace && line("student", clip.student.trace, axis, colours.axes[axis], "dot", clip.duration_s),
  ]);
  return [waveform(clip, colours.wave), ...lines.filter(Boolean)];
}

// What lies between the stretches of speech.
export function silences({ speech, duration_s }) {
  if (!speech) return [];
  const edges = [0, ...speech.flat(), duration_s];
  const gaps = [];
  for (let i = 0; i < edges.length; i += 2) if (edges[i + 1] - edges[i] > 0.02) gaps.push([edges[i], edges[i + 1]]);
  return gaps;
}

function strip(index, colours, heard) {
  const domain = heard ? STRIPS[index] : ALONE;
  if (index === 0) return { domain, visible: false, fixedrange: true };
  return {
    domain, range: [-0.04, 1.04], tickvals: [0, 0.5, 1], ticktext: ["0", ".5", "1"], fixedrange: true, zeroline: false,
    gridcolor: colours.grid, tickfont: { color: colours.quiet, size: 10 },
  };
}

function title({ name, low, high }, index, colours) {
  return {
    text: `<b>${name}</b>  <span style="color:${colours.quiet}">${low} to ${high}</span>`, showarrow: false,
    x: 0, y: STRIPS[index + 1][1] + 0.008, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom",
    font: { color: colours.axes[index], size: 13 },
  };
}

function layout(clip, colours) {
  const heard = Boolean(clip.teacher);
  return {
    margin: MARGIN, height: heard ? 470 : 170, autosize: true, showlegend: false, hovermode: "x", hoversubplots: "axis",
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom", uirevision: clip.id,
    paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { family: FONT, color: colours.text, size: 12 },
    hoverlabel: { font: { family: FONT, size: 11 }, bgcolor: colours.panel },
    xaxis: {
      range: [0, clip.duration_s], minallowed: 0, maxallowed: clip.duration_s, anchor: heard ? "y4" : "y", ticksuffix: " s", nticks: 8,
      gridcolor: colours.grid, zeroline: false, tickfont: { color: colours.quiet, size: 11 },
    },
    yaxis: strip(0, colours, heard),
    ...(heard && { yaxis2: strip(1, colours, heard), yaxis3: strip(2, colours, heard), yaxis4: strip(3, colours, heard) }),
    annotations: heard ? AXES.map((axis, index) => title(axis, index, colours)) : [],
    shapes: silences(clip).map(([x0, x1]) => ({
      type: "rect", x0, x1, y0: 0, y1: 1, yref: "paper", line: { width: 0 }, fillcolor: colours.silence, layer: "below", name: "no speech",
    })),
  };
}

export function draw(node, clip) {
  const colours = palette();
  return window.Plotly.react(node, data(clip, colours), layout(clip, colours), CONFIG);
}

// Between seconds and pixels from the figure's left edge.
export const toPixel = (node, seconds) => node._fullLayout.xaxis._offset + node._fullLayout.xaxis.l2p(seconds);
export const toSeconds = (node, pixel) => node._fullLayout.xaxis.p2l(pixel - node._fullLayout.xaxis._offset);
