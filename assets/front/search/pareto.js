// Shapes that a search has found: agreement against time, a dot a shape, its area the bytes; the front joined by a line.

import { bytes, number } from "../axes.js";
import { figure } from "../plot.js";
import { FONT } from "../theme.js";

const HEIGHT = 380;

const colour = (name) => getComputedStyle(document.querySelector(".gradio-container")).getPropertyValue(name).trim();
const pick = (values, places) => places.map((place) => values[place]);

function hover({ shape, ccc, ms, share, bytes: size, parameters, passes }) {
  return [`<b>${shape}</b>`, `CCC arousal ${number(ccc[0])}, dominance ${number(ccc[1])}, valence ${number(ccc[2])}`,
    `${number(ms)} ms, ${number(share, 3)} of wav2small's time`, `${bytes(size)}, ${parameters.toLocaleString("en")} parameters`,
    `after ${passes} ${passes === 1 ? "pass" : "passes"}`].join("<br>");
}

function shapes({ rows, dots }, name, places, marker) {
  return {
    name, x: pick(dots.x, places), y: pick(dots.y, places), text: pick(rows, places).map(hover), type: "scatter", mode: "markers",
    marker: { size: pick(dots.size, places), opacity: 1, ...marker }, hovertemplate: "%{text}<extra></extra>",
  };
}

function data(view, colours) {
  const accent = colour("--accent");
  const places = view.rows.map((_, place) => place);
  const line = {
    name: "joined", x: pick(view.dots.x, view.line), y: pick(view.dots.y, view.line), type: "scatter", mode: "lines",
    line: { color: accent, width: 2 }, hoverinfo: "skip",
  };
  return [line,
    shapes(view, "beaten", places.filter((place) => !view.rows[place].front), { color: colours.silence, line: { color: colours.wave, width: 1.5 } }),
    shapes(view, "front", places.filter((place) => view.rows[place].front), { color: accent, opacity: 0.8, line: { color: colours.panel, width: 1.5 } })];
}

function layout(view, colours, id) {
  const axis = { zeroline: false, gridcolor: colours.grid, tickfont: { color: colours.quiet, size: 11 }, automargin: true };
  const named = (text) => ({ text, standoff: 8, font: { color: colours.quiet, size: 12 } });
  return {
    margin: { l: 50, r: 14, t: 12, b: 44 }, height: HEIGHT, autosize: true, showlegend: false, hovermode: "closest", uirevision: id,
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom", paper_bgcolor: "transparent", plot_bgcolor: "transparent",
    font: { family: FONT, color: colours.text, size: 12 },
    hoverlabel: { font: { family: FONT, size: 11.5, color: colours.text }, bgcolor: colours.panel, align: "left" },
    xaxis: { ...axis, title: named("ms of one processor for 5 s of sound") },
    yaxis: { ...axis, title: named("CCC to the teacher, mean of the axes") },
  };
}

export function pareto(node) {
  const show = figure(node, data, layout);
  return (view, id) => {
    node.hidden = !view.rows.length;
    show(view, id);
  };
}
