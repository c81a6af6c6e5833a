// How a training goes: agreement with the teacher above, an axis a line, and the loss below, over passes.

import { AXES, make, number } from "./axes.js";
import { figure } from "./plot.js";
import { FONT } from "./theme.js";

const UPPER = [0.42, 1];
const LOWER = [0, 0.3];

function data({ loss, dev }, colours) {
  const agreement = AXES.map(({ name }, axis) => ({
    name, x: dev.passes, y: dev.values[axis], yaxis: "y", type: "scatter", mode: dev.passes.length < 30 ? "lines+markers" : "lines",
    line: { color: colours.axes[axis], width: 2.25 }, marker: { color: colours.axes[axis], size: 5 }, hovertemplate: `${name} %{y:.3f}<extra></extra>`,
  }));
  const error = {
    name: "Loss", x: loss.passes, y: loss.values, yaxis: "y2", type: "scatter", mode: loss.passes.length < 3 ? "markers" : "lines",
    line: { color: colours.quiet, width: 1.5 }, marker: { color: colours.quiet, size: 4 }, hovertemplate: "Loss %{y:.3f}<extra></extra>",
  };
  return [...agreement, error];
}

function layout(curve, colours, id) {
  const { passes, values } = curve.dev;
  const lowest = Math.min(0, ...values.flat());
  const axis = { fixedrange: true, zeroline: false, gridcolor: colours.grid, tickfont: { color: colours.quiet, size: 10 } };
  const end = Math.max(1, passes.at(-1) ?? 0, curve.loss.passes.at(-1) ?? 0);
  return {
    margin: { l: 38, r: 10, t: 6, b: 36 }, height: 310, autosize: true, showlegend: false, hovermode: "x", uirevision: id,
    dragmode: false, paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { family: FONT, color: colours.text, size: 12 },
    hoverlabel: { font: { family: FONT, size: 11 }, bgcolor: colours.panel },
    xaxis: { ...axis, range: [0, 1.01 * end], anchor: "y2", nticks: 8, tickfont: { color: colours.quiet, size: 11 }, title: { text: "passes", standoff: 6, font: { color: colours.quiet, size: 11 } } },
    yaxis: { ...axis, domain: UPPER, range: [lowest - 0.03, 1.03], nticks: 5 },
    yaxis2: { ...axis, domain: LOWER, rangemode: "tozero", nticks: 4 },
    annotations: [{ text: "<b>Loss</b>", showarrow: false, x: 0, y: LOWER[1] + 0.015, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", font: { color: colours.text, size: 12.5 } }],
  };
}

function caption({ dev }) {
  const last = (axis) => (dev.passes.length ? ` ${number(dev.values[axis].at(-1))}` : "");
  return [make("b", {}, "CCC to the teacher"), ", on voices that are not taught: ", ...AXES.map(({ key, name }, axis) => make("span", { class: key }, name + last(axis)))];
}

export function curves(root) {
  const heading = make("p", { class: "caption" });
  const node = make("div", { class: "figure" });
  root.replaceChildren(heading, node);
  const show = figure(node, data, layout);
  return (curve, id) => {
    root.hidden = !curve.loss.passes.length && !curve.dev.passes.length;
    heading.replaceChildren(...caption(curve));
    show(curve, id);
  };
}
