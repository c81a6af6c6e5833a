// Agreement as a table of estimates, each with its interval drawn on one scale, grouped by who is beside whom.

import { AXES, make, number } from "../axes.js";
import { svg } from "../svg.js";

const [WIDTH, HEIGHT] = [120, 14];
const FEW = 10; // clips; less is pale
const GROUPS = [
  ["teacher", "With the teacher, CCC", ({ a }) => a], ["blind", "With the teacher, CCC of blind answers only", ({ a }) => a],
  ["student", "With the live student, CCC", ({ a }) => a], ["rater", "With each other, CCC", ({ a, b }) => `${a}, ${b}`],
  ["self", "With themselves, CCC of repeats", ({ a }) => a],
];
const ALL = {
  "ICC(2,1)": ["ICC(2,1)", "Absolute agreement of one rater (Shrout & Fleiss 1979)"],
  "ICC(2,k)": ["ICC(2,k)", "Absolute agreement of the mean of those who rated a clip"],
  alpha: ["Krippendorff’s α", "For interval data, with missing ratings (Krippendorff 2011)"],
};

function estimate({ value, low, high, n }, { key }, lowest) {
  if (value === null) return make("td", { class: `${key} none` }, make("span", { class: "small" }, n ? `– · ${n}` : "–"));
  const at = (point) => (WIDTH * (Math.max(lowest, point) - lowest)) / (1 - lowest);
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, "aria-hidden": "true" });
  svg("line", { class: "ground", x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }, drawing);
  svg("line", { class: "zero", x1: at(0), x2: at(0), y1: 1, y2: HEIGHT - 1 }, drawing);
  if (low !== null) svg("line", { class: "ends", x1: at(low), x2: at(high), y1: HEIGHT / 2, y2: HEIGHT / 2 }, drawing);
  svg("circle", { cx: at(value), cy: HEIGHT / 2, r: 4 }, drawing);
  const ends = low === null || low === high ? "" : ` [${number(low)}, ${number(high)}]`;
  return make("td", { class: n < FEW ? `${key} few` : key }, make("div", {}, drawing, make("span", {}, make("b", {}, number(value)), make("span", { class: "small" }, `${ends} · ${n}`))));
}

function row(name, title, axes, lowest) {
  return make("tr", {}, make("th", { scope: "row", title }, name), ...AXES.map((axis, place) => estimate(axes[place], axis, lowest)));
}

const group = (title) => make("tr", { class: "group" }, make("th", { colspan: 4, scope: "colgroup" }, title));

export function forest({ pairs, all }) {
  const ends = [...pairs, ...all].flatMap(({ axes }) => axes.map(({ value, low }) => low ?? value ?? 0));
  const lowest = Math.max(-1, Math.min(0, Math.floor(5 * Math.min(...ends, 0)) / 5));
  const rows = all.length ? [group("All raters together"), ...all.map(({ name, axes }) => row(...ALL[name], axes, lowest))] : [];
  for (const [kind, title, named] of GROUPS) {
    const here = pairs.filter((pair) => pair.kind === kind);
    if (here.length) rows.push(group(title), ...here.map((pair) => row(named(pair), "", pair.axes, lowest)));
  }
  return make("div", { class: "scroller" }, make("table", { class: "agreements" },
    make("thead", {}, make("tr", {}, ...["", ...AXES.map(({ name }) => name)].map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...rows)));
}
