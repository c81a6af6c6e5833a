// A small chart in SVG; its colours come from the style sheet, so light and dark need no second drawing.

import { svg } from "./svg.js";

const WIDTH = 300;
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 10, 8, 22];

// `x` and `y` are the ends of the scales; ticks are [value, text].
export function chart({ x, y, xTicks, yTicks, label, height = 140 }) {
  const node = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label });
  const along = (value) => LEFT + ((value - x[0]) / (x[1] - x[0] || 1)) * (WIDTH - LEFT - RIGHT);
  const up = (value) => height - BOTTOM - ((Math.min(y[1], Math.max(y[0], value)) - y[0]) / (y[1] - y[0] || 1)) * (height - TOP - BOTTOM);
  const text = (props, words) => svg("text", props, node).append(words);

  for (const [value, words] of yTicks) {
    svg("line", { class: value === 0 ? "zero" : "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: up(value), y2: up(value) }, node);
    text({ x: LEFT - 6, y: up(value) + 3.5, "text-anchor": "end" }, words);
  }
  for (const [value, words] of xTicks) text({ x: along(value), y: height - 6, "text-anchor": "middle" }, words);

  return {
    node,
    line(points, name) {
      const parts = points.filter(([, value]) => value !== null).map(([at, value]) => `${along(at).toFixed(1)},${up(value).toFixed(1)}`);
      svg("polyline", { class: name, points: parts.join(" ") }, node);
    },
    interval(at, low, high, name) {
      svg("line", { class: name, x1: along(at), x2: along(at), y1: up(low), y2: up(high) }, node);
    },
    dot(at, value, name, title) {
      svg("title", {}, svg("circle", { class: name, cx: along(at), cy: up(value), r: 4 }, node)).append(title);
    },
  };
}
